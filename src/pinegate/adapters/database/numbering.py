"""Running numbers of papers: a year's own series, without gaps that a rolled-back transaction would leave."""

from datetime import datetime

from sqlalchemy import Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.domain.calendar import day_of

_LOCK_KEY = 0x5047_4E52
_LOCK = text(f"select pg_advisory_xact_lock({_LOCK_KEY})")


async def next_number(connection: AsyncConnection, table: Table, prefix: str, now: datetime) -> str:
    """``<prefix>-<year>-<four digits or more>``, one above the highest there is; others wait until we commit."""
    await connection.execute(_LOCK)
    series = f"{prefix}-{day_of(now).year}-"
    number = table.c.number
    last = (
        select(number)
        .where(number.startswith(series, autoescape=True))
        .order_by(func.length(number).desc(), number.desc())
        .limit(1)
    )
    highest = (await connection.execute(last)).scalar_one_or_none()
    running = int(str(highest).removeprefix(series)) + 1 if highest is not None else 1
    return f"{series}{running:04d}"
