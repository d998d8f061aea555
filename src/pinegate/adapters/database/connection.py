"""The engine and its transactions."""

import select
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pinegate.adapters.database.driver import Driver
from pinegate.adapters.database.transaction import OpeningTransaction, Transaction

_POOL_TIMEOUT_SECONDS = 5

# A fixed number: a connection made in a rush starts with cold caches and makes the rush worse.
_OPENINGS_AT_ONCE = 6

# Each of them finds rows by their keys, so there is one good plan; making it anew takes longer than following it.
_FEW_CONSTANT_STATEMENTS = {"prepare_threshold": 0, "options": "-c plan_cache_mode=force_generic_plan"}


class Database:
    """A pool of connections, and a smaller one for openings. ``url``: ``postgresql+psycopg://…`` of the application's
    role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=_POOL_TIMEOUT_SECONDS,
            pool_use_lifo=True,
        )
        self._openings: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            make_url(url).set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs=_FEW_CONSTANT_STATEMENTS,
            min_size=_OPENINGS_AT_ONCE,
            timeout=_POOL_TIMEOUT_SECONDS,
            check=_check_that_the_server_is_there,
            open=False,
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction, None]:
        """BEGIN … COMMIT; any exception rolls all of it back, the audit events included."""
        with _errors_as_of_sqlalchemy():
            async with self.engine.begin() as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def opening(self) -> AsyncGenerator[OpeningTransaction, None]:
        """The same promise for the two transactions that each picture takes, on a path of fewer steps.

        The statements go through a pipeline: nothing waits for an answer but who reads one, and COMMIT. Leaving the
        pipeline raises what failed on the way, COMMIT included; the pool rolls back what did not commit.

        Raises:
            DBAPIError: as of ``transaction``.
        """
        with _errors_as_of_sqlalchemy():
            await self._openings.open()
            async with self._openings.connection() as connection, connection.pipeline():
                yield OpeningTransaction(Driver(connection))
                await connection.execute("commit")

    async def close(self) -> None:
        await self._openings.close()
        await self.engine.dispose()


@contextmanager
def _errors_as_of_sqlalchemy() -> Generator[None, None, None]:
    """Callers know one family of errors, whichever way the statement took."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(None, None, error, psycopg.Error) from error


async def _check_that_the_server_is_there(connection: psycopg.AsyncConnection[Any]) -> None:
    # An idle connection has nothing to read but the end: the server was restarted. Costs no round trip.
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise psycopg.OperationalError("the server ended this connection")
