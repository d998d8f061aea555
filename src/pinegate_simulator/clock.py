"""The only place of the simulator that reads the wall clock. The standard's times are Beijing's."""

from datetime import datetime, timedelta, timezone
from typing import Final

_BEIJING: Final = timezone(timedelta(hours=8))


def beijing_now() -> datetime:
    return datetime.now(_BEIJING)
