import pytest
from tests.unit.simulator.small_clips import small_clip

from pinegate_simulator.clip import Clip


@pytest.fixture
def clip() -> Clip:
    return small_clip()
