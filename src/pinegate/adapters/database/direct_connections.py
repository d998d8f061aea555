"""The few connections of those who speak to the driver itself and are waited for: openings, and who asks."""

import asyncio
import select
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pinegate.adapters.database.bounded_connection import (
    OPENING_ANSWER_SECONDS,
    BoundedConnection,
)
from pinegate.adapters.database.fenced_connections import Connector

_AT_ONCE = 6
_TURN_SECONDS = 5.0

_ONE_PLAN = {"plan_cache_mode": "force_generic_plan"}
"""Each statement has one good plan; planning takes longer than executing."""
_BY_KEYS = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off", "jit": "off"}
"""A few rows by their keys, however many the planner thinks that a group has."""


class DirectConnections:
    """Made when needed; the last given back goes out first, for its server process has the warmest caches.

    ``autocommit``: each statement is its own transaction, which spares what only reads two round trips. ``by_keys``:
    all that is asked for is found through indexes.
    """

    def __init__(self, connector: Connector, *, autocommit: bool = False, by_keys: bool = False) -> None:
        self._connector = connector
        self._autocommit = autocommit
        self._settings = _ONE_PLAN | (_BY_KEYS if by_keys else {})
        self._free: list[BoundedConnection] = []
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[BoundedConnection, None]:
        """One connection, without a transaction. After any exception it is closed, which rolls back.

        Raises:
            PoolTimeoutError: no turn within five seconds.
            psycopg.Error: the server is away.
        """
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise PoolTimeoutError("too many wait for the database") from error
        try:
            connection = await self._connection()
            try:
                yield connection
            except BaseException:
                await connection.close()
                raise
            self._free.append(connection)
        finally:
            self._turns.release()

    async def _connection(self) -> BoundedConnection:
        while self._free:
            connection = self._free.pop()
            if not _has_ended(connection):
                return connection
            await connection.close()
        options = "".join(f" -c {name}={value}" for name, value in self._settings.items())
        connection = await self._connector.connect(
            more_options=options, prepare_threshold=0, autocommit=self._autocommit
        )
        connection.patience = OPENING_ANSWER_SECONDS
        return connection

    async def close(self) -> None:
        while self._free:
            await self._free.pop().close()


def _has_ended(connection: BoundedConnection) -> bool:
    """Whether the server ended it meanwhile: an idle connection has nothing else to say. Costs no round trip."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
