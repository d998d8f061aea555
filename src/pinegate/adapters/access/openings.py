"""Openings and redemptions on their way to the register: in groups, each answered after the COMMIT of its own."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.groups import Groups
from pinegate.domain.access.request import Denied
from pinegate.usecases.access.open_stream import OpenedStream, Opening, open_streams
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.access.redeem_ticket import Redeemed, TicketRefusal, Visit, redeem_tickets
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import MediaEngine, PlayProtocol

PATIENCE_SECONDS = 0.25
"""Of the first who waits to be decided on. Redemptions have none: who was given a ticket is let in."""


class Openings:
    """The one way a stream is opened, whoever asks: portal, access interface, operator's test."""

    def __init__(
        self,
        database: Database,
        media: MediaEngine,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._media = media
        self._now = now
        self._new_id = new_id
        self._groups = Groups(self._open, PATIENCE_SECONDS)

    async def open(self, asked: StreamRequest) -> OpenedStream | Denied:
        """The answer, committed. Raises ``SQLAlchemyError``, or ``CrowdedError`` when too many ask at once."""
        return await self._groups.ask(asked)

    async def _open(self, asked: Sequence[StreamRequest]) -> Sequence[OpenedStream | Denied]:
        now = self._now()
        openings = [
            Opening(
                one,
                self._media.issue_ticket(one.access.point_id),
                Act(None, now, self._new_id, one.access.client_host),
            )
            for one in asked
        ]
        async with self._database.opening() as tx:
            return await open_streams(tx, openings)


class Redemptions:
    """The one way a ticket is redeemed."""

    def __init__(self, database: Database, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self._database = database
        self._now = now
        self._new_id = new_id
        self._groups = Groups(self._redeem)

    async def redeem(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Redeemed | TicketRefusal | Denied:
        """The answer, committed. Raises ``SQLAlchemyError``."""
        return await self._groups.ask((ticket, protocol.value, client_host))

    async def _redeem(
        self, asked: Sequence[tuple[str, str, str]]
    ) -> Sequence[Redeemed | TicketRefusal | Denied]:
        now = self._now()
        visits = [
            Visit(ticket, protocol, Act(None, now, self._new_id, host)) for ticket, protocol, host in asked
        ]
        async with self._database.opening() as tx:
            return await redeem_tickets(tx, visits, Act(None, now, self._new_id))
