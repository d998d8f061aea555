"""The engine and its transactions."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pinegate.adapters.database.driver import Driver
from pinegate.adapters.database.opening_connections import OpeningConnections
from pinegate.adapters.database.transaction import OpeningTransaction, Transaction


class Database:
    """A pool of connections, and a smaller one for openings. ``url``: ``postgresql+psycopg://…`` of the application's
    role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=5,
            pool_use_lifo=True,
        )
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._openings = OpeningConnections(address)

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
        pipeline raises what failed on the way, COMMIT included; what did not commit is rolled back.

        Raises:
            SQLAlchemyError: as of ``transaction``.
        """
        with _errors_as_of_sqlalchemy():
            async with self._openings.take() as connection, connection.pipeline():
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
