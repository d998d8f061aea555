"""Pages of tables that only grow."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

_MOST_COUNTED = 10_000


async def bounded_page(
    connection: AsyncConnection, query: Select[*tuple[Any, ...]], limit: int, offset: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """The page, and how many rows there are; no more than 10,000 are counted."""
    some = query.order_by(None).limit(_MOST_COUNTED).subquery()
    total = await connection.execute(select(func.count()).select_from(some))
    rows = await connection.execute(query.limit(limit).offset(offset))
    return rows.all(), total.scalar_one()
