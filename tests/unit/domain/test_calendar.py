from datetime import UTC, date, datetime

from pinegate.domain.calendar import day_of, end_of, start_of


def test_a_day_in_china_begins_at_sixteen_hundred_utc() -> None:
    assert start_of(date(2026, 11, 22)) == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert end_of(date(2026, 11, 22)) == start_of(date(2026, 11, 23))
    assert day_of(datetime(2026, 11, 21, 16, tzinfo=UTC)) == date(2026, 11, 22)
    assert day_of(datetime(2026, 11, 21, 15, 59, tzinfo=UTC)) == date(2026, 11, 21)
