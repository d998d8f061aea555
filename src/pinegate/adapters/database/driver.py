"""psycopg itself, for the statements of the hot path: constant texts, prepared by the driver after a few uses."""

from typing import Any, TypeAlias, cast

from psycopg import AsyncConnection as PsycopgConnection
from psycopg import AsyncCursor
from psycopg.rows import namedtuple_row
from sqlalchemy.ext.asyncio import AsyncConnection

Row: TypeAlias = Any


class Driver:
    """A psycopg connection: its own, or the one beneath SQLAlchemy's, in whose transaction it then works."""

    def __init__(self, connection: AsyncConnection | PsycopgConnection[Any]) -> None:
        self._connection = connection

    async def execute(self, statement: str, values: object) -> AsyncCursor[Row]:
        """In a pipeline the statement is only sent; whoever fetches from the cursor waits for it."""
        cursor = await self._cursor()
        return await cursor.execute(cast(Any, statement), cast(Any, values))

    async def _cursor(self) -> AsyncCursor[Row]:
        if isinstance(self._connection, AsyncConnection):
            raw = await self._connection.get_raw_connection()
            self._connection = cast("PsycopgConnection[Any]", raw.driver_connection)
        return self._connection.cursor(row_factory=namedtuple_row)
