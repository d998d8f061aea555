from datetime import timedelta

from pinegate.adapters import clock


def test_the_wall_clock_is_aware_and_in_utc():
    assert clock.utc_now().utcoffset() == timedelta(0)


def test_monotonic_seconds_never_go_backwards():
    readings = [clock.monotonic_seconds() for _ in range(100)]
    assert readings == sorted(readings)
