"""What every clock promises: the wall clock is aware and in UTC, the monotonic one never goes back."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.integration.conftest import Clock

from pinegate.adapters.clock import monotonic_seconds, utc_now


@pytest.mark.parametrize("now", [utc_now, Clock()], ids=["system", "moved by tests"])
def test_the_wall_clock_is_aware_and_in_utc(now: Callable[[], datetime]) -> None:
    assert now().utcoffset() == timedelta(0)
    assert now() <= now()


def test_the_tests_clock_goes_forward_by_what_it_is_told() -> None:
    clock = Clock()
    before = clock()
    assert clock.advance(seconds=30) - before == timedelta(seconds=30) == clock() - before


def test_the_monotonic_clock_never_goes_back() -> None:
    readings = [monotonic_seconds() for _ in range(100)]
    assert readings == sorted(readings)
