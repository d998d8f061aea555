"""The only place that reads the wall clock; everything below is given the time."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The wall clock, aware and in UTC: for what is written down (events, validity, signatures)."""
    return datetime.now(UTC)


def monotonic_seconds() -> float:
    """Seconds that only ever go forward, from an arbitrary start: for leases, timers and rates."""
    return time.monotonic()
