"""From when to when an approved application's grants hold."""

from dataclasses import replace
from datetime import date, datetime

from pinegate.domain.calendar import end_of, start_of
from pinegate.domain.grants.grant import Grant


def window(valid_from: date, valid_until: date) -> tuple[datetime, datetime]:
    """Whole days in China, the last one included: [from 00:00, the day after 00:00)."""
    return start_of(valid_from), end_of(valid_until)


def ends_on(grant: Grant, day: date) -> Grant:
    """The grant ending no later than with ``day``."""
    return replace(grant, valid_until=min(grant.valid_until, end_of(day)), version=grant.version + 1)
