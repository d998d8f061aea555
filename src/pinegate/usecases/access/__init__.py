"""Watching and controlling: every request is decided, registered and audited in one transaction, and re-evaluated."""
