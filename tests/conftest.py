"""What holds for every test."""

import os

import pytest


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own PINEGATE_… variables do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("PINEGATE_")]:
        monkeypatch.delenv(name)
