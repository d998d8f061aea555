"""Signed and sealed paper, scanned: what kinds there are and who may hand in which, when."""
