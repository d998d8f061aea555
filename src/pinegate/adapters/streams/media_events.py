"""The media engine's questions and news (``MediaEvents``): tickets are redeemed here, ends and alarms written down."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.access.session_ends import SessionEndWriter
from pinegate.adapters.database.connection import Database
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.domain.access.request import Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.usecases.access.redeem_ticket import TicketRefusal, redeem_ticket
from pinegate.usecases.rate_limit import RateLimit
from pinegate.usecases.streams.media_engine import (
    Admitted,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceStarted,
)

log = structlog.get_logger(__name__)


class MediaEventHandler:
    """Implements ``usecases.streams.media_engine.MediaEvents``; ``serve`` before the engine starts."""

    def __init__(
        self,
        database: Database,
        ends: SessionEndWriter,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._ends = ends
        self._now = now
        self._monotonic = monotonic
        self._new_id = new_id
        self._sources: SourceRunner | None = None
        self._alarms = RateLimit(burst=1, per_second=1 / 60)

    def serve(self, sources: SourceRunner) -> None:
        self._sources = sources

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused:
        try:
            async with self._database.opening() as tx:
                answer = await redeem_ticket(
                    tx, ticket, protocol.value, client_host, now=self._now(), new_id=self._new_id
                )
        except SQLAlchemyError as error:
            log.warning("a ticket could not be decided on", error=type(error).__name__)
            return Refused("unavailable", "the database is away; no new pictures until it is back")
        if isinstance(answer, TicketRefusal):
            return Refused(answer.value, "this ticket opens nothing; ask for a new one")
        if isinstance(answer, Denied):
            return Refused(answer.reason.value, "the permission changed meanwhile")
        if self._sources is not None:
            self._sources.join(answer.point_id, answer.session_id)
        return Admitted(answer.session_id, answer.point_id, answer.lease_seconds)

    async def source_started(self, started: SourceStarted) -> None:
        if self._sources is not None:
            await self._sources.source_started(started.source_id)

    async def source_lost(self, source_id: str, reason: str) -> None:
        log.info("a source broke off", source=source_id, reason=reason)
        if self._sources is not None:
            await self._sources.sources_lost([source_id])

    async def session_ended(self, ended: SessionEnded) -> None:
        self._end(ended)

    async def bytes_sent(self, totals: Mapping[str, int]) -> None:
        self._ends.sent(totals)

    async def worker_lost(self, source_ids: Collection[str], session_ids: Collection[str]) -> None:
        log.warning("a media worker died", sources=len(source_ids), sessions=len(session_ids))
        if self._sources is not None:
            await self._sources.sources_lost(source_ids)
        for session_id in session_ids:
            self._end(SessionEnded(session_id, End(EndReason.WORKER_LOST)))

    def _end(self, ended: SessionEnded) -> None:
        if self._sources is not None:
            self._sources.leave(ended.session_id)
        self._ends.ended(ended)

    async def second_source(self, source_id: str, host: str) -> None:
        # S17. Who floods a port must not flood the audit log: once a minute for each source and sender.
        if not self._alarms.allow(f"{source_id} {host}", self._monotonic()):
            return
        event = AuditEvent(
            id=self._new_id(),
            name=AuditEventName.SECOND_SOURCE_REFUSED,
            at=self._now(),
            actor_person_id=None,
            actor_organization_id=None,
            subject_kind="point",
            subject_id=source_id,
            client_host=host,
        )
        try:
            async with self._database.transaction() as tx:
                await tx.audit.append(event)
        except SQLAlchemyError as error:
            log.warning("an alarm cannot be written down", source=source_id, error=type(error).__name__)
