"""Drills use what the integration and the end-to-end tests have."""

from tests.e2e.conftest import portal
from tests.integration.conftest import postgres

__all__ = ["portal", "postgres"]
