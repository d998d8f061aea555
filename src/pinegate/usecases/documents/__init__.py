"""Scans of signed and sealed paper."""
