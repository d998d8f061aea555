"""The routes' own tests walk the paper's way too."""

from tests.integration.paper.conftest import walk

__all__ = ["walk"]
