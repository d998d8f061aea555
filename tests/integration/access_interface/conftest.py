from tests.integration.access.conftest import watching

__all__ = ["watching"]
