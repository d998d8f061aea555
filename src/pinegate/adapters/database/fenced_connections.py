"""Connections that are of one term: after its end none is made, and those that were are ended (``leadership``)."""

from typing import Any

import psycopg

from pinegate.adapters.database.bounded_connection import BoundedConnection, connection_options
from pinegate.adapters.database.leadership import connection_name

_STILL_OURS = b"select exists (select from control_terms where epoch = %s and ended_at is null)"


class TermEndedError(psycopg.OperationalError):
    """Another process has taken over; this one writes nothing any more."""


class Connector:
    """Makes connections. ``epoch``: of our term; None where nobody leads (tests, maintenance)."""

    def __init__(self, address: str, epoch: int | None) -> None:
        self._address = address
        self._epoch = epoch

    async def connect(self, *, more_options: str = "", **settings: Any) -> BoundedConnection:
        """``more_options``: of the server, as ``-c name=value``. Raises ``psycopg.Error``."""
        settings = {**connection_options(), **settings}
        settings["options"] += f" {more_options}"
        if self._epoch is None:
            return await BoundedConnection.connect(self._address, **settings)
        settings["application_name"] = connection_name(self._epoch)
        settings["options"] += f" -c pinegate.epoch={self._epoch}"
        connection = await BoundedConnection.connect(self._address, **settings)
        try:
            await self._look(connection, self._epoch)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _look(self, connection: BoundedConnection, epoch: int) -> None:
        cursor = await connection.execute(_STILL_OURS, (epoch,))
        row = await cursor.fetchone()
        if not connection.autocommit:
            await connection.rollback()
        if not row or not row[0]:
            raise TermEndedError("another Pinegate has taken over this database")
