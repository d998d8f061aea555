"""The engine and its transactions."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pinegate.adapters.database.transaction import Transaction

_PATIENCE_SECONDS = 5


class Database:
    """A pool of connections. ``url``: ``postgresql+psycopg://…`` of the application's role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=_PATIENCE_SECONDS,
            pool_use_lifo=True,
            hide_parameters=True,  # an error's text is logged, and parameters may be digests or sealed secrets
        )
        self._left_behind: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction, None]:
        """BEGIN … COMMIT; any exception rolls all of it back, the audit events included.

        Raises:
            SQLAlchemyError: the database refuses, is away, or does not answer for some seconds.
        """
        connection = await self._connected()
        try:
            async with connection.begin():
                yield Transaction(connection)
        finally:
            await asyncio.shield(connection.close())

    async def _connected(self) -> AsyncConnection:
        # A database that hangs answers no cancellation either, and psycopg waits for that answer. So the attempt
        # runs in a task of its own, which is left behind with its connection until the database says something.
        connection = self.engine.connect()
        attempt = asyncio.create_task(_started(connection))
        try:
            done, _ = await asyncio.wait({attempt}, timeout=_PATIENCE_SECONDS)
        except asyncio.CancelledError:
            self._leave(attempt, connection)
            raise
        if not done:
            self._leave(attempt, connection)
            raise PoolTimeoutError("the database does not answer")
        attempt.result()
        return connection

    def _leave(self, attempt: asyncio.Task[None], connection: AsyncConnection) -> None:
        async def close_later() -> None:
            with contextlib.suppress(SQLAlchemyError):
                await attempt
                await connection.close()

        closing = asyncio.create_task(close_later())
        self._left_behind.add(closing)
        closing.add_done_callback(self._left_behind.discard)

    async def close(self) -> None:
        for closing in self._left_behind:
            closing.cancel()
        await self.engine.dispose()


async def _started(connection: AsyncConnection) -> None:
    await connection.start()
