"""Drills use what the integration tests have."""

from tests.integration.conftest import postgres

__all__ = ["postgres"]
