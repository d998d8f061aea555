"""The audit log: one event for every transition, decision, login and administrative act."""
