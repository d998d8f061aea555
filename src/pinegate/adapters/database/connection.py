"""The engine and its transactions."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from pinegate.adapters.database.transaction import Transaction


class Database:
    """A pool of connections. ``url``: ``postgresql+psycopg://…`` of the application's role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=True,
            pool_timeout=5,
            pool_use_lifo=True,
            hide_parameters=True,  # an error's text is logged, and parameters may be digests or sealed secrets
        )

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Transaction, None]:
        """BEGIN … COMMIT; any exception rolls all of it back, the audit events included."""
        async with self.engine.begin() as connection:
            yield Transaction(connection)

    async def close(self) -> None:
        await self.engine.dispose()
