"""Rows for tests: the least that makes a thing exist, written straight into the tables."""
