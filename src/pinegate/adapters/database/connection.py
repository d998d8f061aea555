"""The engine and its transactions."""

import asyncio
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, cast

import psycopg
from psycopg.errors import DiskFull, ReadOnlySqlTransaction
from sqlalchemy import ExceptionContext, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pinegate.adapters.database.bounded_connection import (
    ANSWER_SECONDS,
    IDLE_ANSWER_SECONDS,
    OPENING_ANSWER_SECONDS,
    BoundedConnection,
)
from pinegate.adapters.database.direct_connections import DirectConnections
from pinegate.adapters.database.driver import Driver, Row
from pinegate.adapters.database.fenced_connections import Connector
from pinegate.adapters.database.live_sessions import LiveSessions
from pinegate.adapters.database.server_address import DIALECT, writable_server
from pinegate.adapters.database.transaction import OpeningTransaction, Transaction
from pinegate.usecases.access.ports import LiveSession

_HEALTHY_SECONDS = 2.0
_POOL_TIMEOUT_SECONDS = 5


class Database:
    """A pool of connections, and a smaller one for openings. ``address``: ``postgresql://…`` of the application's
    role, of one host or of several (``server_address``).

    Nothing waits for the database without end (``bounded_connection``): a transaction fails with a
    ``SQLAlchemyError``. ``epoch``: of our term, after whose end nothing can be written (``leadership``).
    """

    def __init__(self, address: str, *, epoch: int | None = None, pool_size: int = 10) -> None:
        self.address = writable_server(address)
        self._connector = Connector(self.address, epoch)
        self.engine: AsyncEngine = create_async_engine(
            DIALECT,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=_POOL_TIMEOUT_SECONDS,
            pool_use_lifo=True,
            hide_parameters=True,  # an error's text is logged, and parameters may be digests or sealed secrets
            connect_args={"async_creator_fn": self._connect},
        )
        event.listen(self.engine.sync_engine, "handle_error", _leave_a_server_that_became_a_standby)
        event.listen(self.engine.sync_engine, "checkin", _lay_down)
        event.listen(self.engine.sync_engine, "checkout", _take_up)
        self._openings = DirectConnections(self._connector)
        self._readings = DirectConnections(self._connector, autocommit=True)
        self._live_sessions = LiveSessions(self._connector)
        self._probe: asyncio.Task[bool] | None = None
        self.disk_is_full = False
        """Whether the server refused to write for want of space; whoever has written since says that it is over."""

    async def _connect(self, _: str, **options: Any) -> BoundedConnection:
        """In SQLAlchemy's stead, which hands over an address of its own (here an empty one)."""
        return await self._connector.connect(**options)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction, None]:
        """BEGIN … COMMIT; any exception rolls all of it back, the audit events included."""
        with self._errors_as_of_sqlalchemy():
            async with self.engine.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def prompt_transaction(self) -> AsyncGenerator[Transaction, None]:
        """The same where running pictures depend on it: an answer is awaited for five seconds, not twenty."""
        with self._errors_as_of_sqlalchemy():
            async with self.engine.begin() as connection:
                raw = await connection.get_raw_connection()
                cast("BoundedConnection", raw.driver_connection).patience = OPENING_ANSWER_SECONDS
                yield Transaction(connection)

    @asynccontextmanager
    async def opening(self) -> AsyncGenerator[OpeningTransaction, None]:
        """The same promise for the two transactions that each picture takes, on a path of fewer steps.

        The statements go through a pipeline: nothing waits for an answer but who reads one, and COMMIT. Leaving the
        pipeline raises what failed on the way, COMMIT included; what did not commit is rolled back.

        Raises:
            SQLAlchemyError: as of ``transaction``.
        """
        with self._errors_as_of_sqlalchemy():
            async with self._openings.take() as connection, connection.pipeline():
                yield OpeningTransaction(Driver(connection))
                await connection.execute("commit")

    async def read(self, statement: str, values: object) -> Sequence[Row]:
        """The rows of one constant SELECT, prepared once: one round trip, and neither BEGIN nor COMMIT.

        Raises:
            SQLAlchemyError: as of ``transaction``.
        """
        with self._errors_as_of_sqlalchemy():
            async with self._readings.take() as connection:
                return await (await Driver(connection).execute(statement, values)).fetchall()

    async def live_sessions(self, longest_lease: float | None = None) -> Sequence[LiveSession]:
        """``LiveSessions.all``. Raises ``SQLAlchemyError``."""
        with self._errors_as_of_sqlalchemy():
            return await self._live_sessions.all(longest_lease)

    async def sessions_touched_since(self, sequence: int) -> tuple[int, Sequence[LiveSession]]:
        """``LiveSessions.touched_since``. Raises ``SQLAlchemyError``."""
        with self._errors_as_of_sqlalchemy():
            return await self._live_sessions.touched_since(sequence)

    async def listen(self, channel: str) -> BoundedConnection:
        """A connection of its own that NOTIFY reaches. Raises ``psycopg.Error``."""
        connection = await self._connector.connect(autocommit=True)
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

    @contextmanager
    def _errors_as_of_sqlalchemy(self) -> Generator[None, None, None]:
        """Callers know one family of errors, whichever way the statement took; a full disk is remembered."""
        try:
            yield
        except psycopg.Error as error:
            self.disk_is_full = self.disk_is_full or isinstance(error, DiskFull)
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from error
        except DBAPIError as error:
            self.disk_is_full = self.disk_is_full or isinstance(error.orig, DiskFull)
            raise

    async def close(self) -> None:
        if self._probe is not None:
            await asyncio.wait({self._probe})
        await self._openings.close()
        await self._readings.close()
        await self._live_sessions.close()
        await self.engine.dispose()


def _leave_a_server_that_became_a_standby(context: ExceptionContext) -> None:
    """After a failover the old primary may live on, read-only: its connections are given up, not asked again."""
    if isinstance(context.original_exception, ReadOnlySqlTransaction):
        context.is_disconnect = True


def _take_up(connection: Any, *_: object) -> None:
    connection.driver_connection.patience = ANSWER_SECONDS


def _lay_down(connection: Any, *_: object) -> None:
    """The pool asks a connection whether it lives before it hands it out: a short question."""
    if connection is not None:
        connection.driver_connection.patience = IDLE_ANSWER_SECONDS
