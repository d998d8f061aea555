"""What drills share with the end-to-end tests."""

from tests.e2e.conftest import portal

__all__ = ["portal"]
