"""Keeping the audit log and the register for as long as they are to be kept."""
