"""Alembic's scripts. ``migrate.py`` runs them; a test compares their outcome with ``tables.py``."""
