import pytest
from tests.unit.adapters.simulator.small_clips import small_clip

from pinegate.adapters.simulator.clip import Clip


@pytest.fixture
def clip() -> Clip:
    return small_clip()
