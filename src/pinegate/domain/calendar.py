"""Days as the regulation's people count them: in China's time, which has had no summer time since 1991."""

from datetime import date, datetime, time, timedelta, timezone

CHINA_TIME = timezone(timedelta(hours=8), "UTC+8")


def day_of(moment: datetime) -> date:
    """The calendar day in China at ``moment`` (aware)."""
    return moment.astimezone(CHINA_TIME).date()


def start_of(day: date) -> datetime:
    """Midnight with which ``day`` begins in China."""
    return datetime.combine(day, time.min, CHINA_TIME)


def end_of(day: date) -> datetime:
    """The first moment after ``day``."""
    return start_of(day + timedelta(days=1))
