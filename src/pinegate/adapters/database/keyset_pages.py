"""Pages of long lists: each begins where the one before ended, so that none costs more than the first.

A page number would make the database count its way there, and rows would come twice or never while others are written.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, Row, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from pinegate.usecases.errors import InvalidInputError

MOST_COUNTED = 10_000
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Found:
    """How many rows there are; ``at_least``: counting ended there."""

    total: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """``next``: what asks for the page after this one, None at the end. ``found``: of the first page only."""

    rows: Rows
    next: str | None
    found: Found | None


@dataclass(frozen=True, slots=True)
class Order:
    """Columns that are never null, the last of them unique, all in one direction: an index holds them so."""

    columns: tuple[ColumnElement[Any], ...]
    descending: bool = False

    def by(self) -> list[ColumnElement[Any]]:
        return [column.desc() if self.descending else column for column in self.columns]

    def of(self, columns: ReadOnlyColumnCollection[str, Any]) -> "Order":
        """The same order of a subquery's ``columns``."""
        return Order(tuple(columns[str(column.key)] for column in self.columns), self.descending)

    def place(self, after: str) -> list[ColumnElement[Any]]:
        """The values of the columns that ``after`` names.

        Raises:
            InvalidInputError: no page of such a list answered ``after``.
        """
        try:
            values = json.loads(base64.urlsafe_b64decode(after))
            return [_value(value, column) for value, column in zip(values, self.columns, strict=True)]
        except (ValueError, TypeError):
            raise InvalidInputError("after", "what the page before answered as next") from None

    def beyond(self, after: str) -> ColumnElement[bool]:
        """Rows that come after what ``after`` names. Raises InvalidInputError as ``place``."""
        here, there = tuple_(*self.columns), tuple_(*self.place(after))
        return here < there if self.descending else here > there

    def after(self, row: Row[*tuple[Any, ...]]) -> str:
        """What names the place of ``row``."""
        values = [getattr(row, str(column.key)) for column in self.columns]
        text = json.dumps(values, ensure_ascii=False, default=datetime.isoformat)
        return base64.urlsafe_b64encode(text.encode()).decode()


def _value(value: object, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, BigInteger):
        return literal(int(str(value)), column.type)
    if not isinstance(value, str) or "\0" in value:
        raise ValueError
    if isinstance(column.type, DateTime):
        return literal(datetime.fromisoformat(value), column.type)
    return literal(value, column.type)


async def keyset_page(
    connection: AsyncConnection,
    query: Select[*tuple[Any, ...]],
    order: Order,
    limit: int,
    after: str = "",
    *,
    counted: Found | None = None,
) -> Page:
    """``limit`` rows of ``query`` in ``order`` after ``after``, and with the first page how many there are.

    ``counted``: who knows already. No more than 10,000 are counted.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    wanted = query.where(order.beyond(after)) if after else query
    rows = (await connection.execute(wanted.order_by(*order.by()).limit(limit + 1))).all()
    if len(rows) <= limit:
        return Page(rows, None, None if after else Found(len(rows)))
    following = order.after(rows[limit - 1])
    if after:
        return Page(rows[:limit], following, None)
    return Page(rows[:limit], following, counted or await count_some(connection, query))


async def count_some(connection: AsyncConnection, query: Select[*tuple[Any, ...]]) -> Found:
    """How many rows ``query`` has, counted to 10,000."""
    some = query.with_only_columns(literal(1), maintain_column_froms=True).limit(MOST_COUNTED + 1).subquery()
    total = (await connection.execute(select(func.count()).select_from(some))).scalar_one()
    return Found(min(total, MOST_COUNTED), total > MOST_COUNTED)
