"""The engine and its transactions."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pinegate.adapters.database.driver import (
    ANSWER_SECONDS,
    IDLE_ANSWER_SECONDS,
    BoundedConnection,
    connection_options,
)
from pinegate.adapters.database.transaction import Transaction

_HEALTHY_SECONDS = 2.0


class Database:
    """A pool of connections. ``url``: ``postgresql+psycopg://…`` of the application's role.

    Nothing waits for the database without end (``driver``): a transaction fails with a ``SQLAlchemyError``.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=5,
            pool_use_lifo=True,
            hide_parameters=True,  # an error's text is logged, and parameters may be digests or sealed secrets
            connect_args={"async_creator_fn": BoundedConnection.connect, **connection_options()},
        )
        event.listen(self.engine.sync_engine, "checkin", _lay_down)
        event.listen(self.engine.sync_engine, "checkout", _take_up)
        self._probe: asyncio.Task[bool] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction, None]:
        """BEGIN … COMMIT; any exception rolls all of it back, the audit events included."""
        async with self.engine.begin() as connection:
            yield Transaction(connection)

    async def listen(self, channel: str) -> BoundedConnection:
        """A connection of its own that NOTIFY reaches. Raises ``psycopg.Error``."""
        address = self.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await BoundedConnection.connect(address, autocommit=True, **connection_options())
        await connection.execute(f"listen {channel}".encode())
        return connection

    async def answers(self) -> bool:
        """Whether the database answers within two seconds. However many ask, one asks the database."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._ask())
        await asyncio.wait({self._probe}, timeout=_HEALTHY_SECONDS)
        return self._probe.done() and self._probe.result()

    async def _ask(self) -> bool:
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except SQLAlchemyError:
            return False
        return True

    async def close(self) -> None:
        if self._probe is not None:
            await asyncio.wait({self._probe})
        await self.engine.dispose()


def _take_up(connection: Any, *_: object) -> None:
    connection.driver_connection.patience = ANSWER_SECONDS


def _lay_down(connection: Any, *_: object) -> None:
    """The pool asks a connection whether it lives before it hands it out: a short question."""
    if connection is not None:
        connection.driver_connection.patience = IDLE_ANSWER_SECONDS
