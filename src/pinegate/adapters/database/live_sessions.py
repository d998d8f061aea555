"""What re-evaluation reads, on connections of its own: no opening and no report ever makes a revocation wait.

Every read is one message to the server, and one back: between a revocation's COMMIT and the last byte stands this read.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from pinegate.adapters.database.access_facts import (
    LIVE,
    LIVE_OF_CHANGES,
    request_from,
    situation_from,
    tracks_from,
)
from pinegate.adapters.database.direct_connections import DirectConnections
from pinegate.adapters.database.driver import Driver, Row
from pinegate.adapters.database.fenced_connections import Connector
from pinegate.usecases.access.ports import LiveSession

_NEWEST = """
select coalesce(max(sequence), %(after)s) as newest from access_changes where sequence > %(after)s
"""


class LiveSessions:
    """Each ask for all is one message, whatever else waits for the database."""

    def __init__(self, connector: Connector) -> None:
        self._connections = DirectConnections(connector, autocommit=True)

    async def touched_since(self, sequence: int) -> tuple[int, Sequence[LiveSession]]:
        """The number of the newest change, and the running sessions that those after ``sequence`` may concern.

        The sessions are read after the number: what changed in between is looked at twice, and nothing is passed over.

        Raises:
            psycopg.Error: the server is away.
        """
        after = {"after": sequence}
        newest, sessions = await self._ask((_NEWEST, after), (LIVE_OF_CHANGES, after))
        return newest[0].newest, _read(sessions)

    async def all(self, longest_lease: float | None = None) -> Sequence[LiveSession]:
        """Running sessions, or those with a lease of at most so many seconds. Raises ``psycopg.Error``."""
        (sessions,) = await self._ask((LIVE, {"lease": longest_lease}))
        return _read(sessions)

    async def _ask(self, *questions: tuple[str, Mapping[str, Any]]) -> list[list[Row]]:
        async with self._connections.take() as connection, AsyncExitStack() as stack:
            if len(questions) > 1:
                await stack.enter_async_context(connection.pipeline())
            driver = Driver(connection)
            cursors = [await driver.execute(text, values) for text, values in questions]
            return [await cursor.fetchall() for cursor in cursors]

    async def close(self) -> None:
        await self._connections.close()


def _read(rows: Sequence[Row]) -> Sequence[LiveSession]:
    return [LiveSession(row.id, request_from(row), tracks_from(row), situation_from(row)) for row in rows]
