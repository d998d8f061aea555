"""The media engine's questions and news (``MediaEvents``): tickets are redeemed here, ends and alarms written down."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.access.openings import Redemptions
from pinegate.adapters.access.session_ends import PictureNews, SessionEndWriter
from pinegate.adapters.database.connection import Database
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.domain.access.request import Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.audit.event import AuditEventName
from pinegate.token_buckets import TokenBuckets
from pinegate.usecases.access.redeem_ticket import TicketRefusal
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import (
    Admitted,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceStarted,
)

_log = structlog.get_logger(__name__)


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
        self._redemptions = Redemptions(database, now, new_id)
        self._sources: SourceRunner | None = None
        self._alarms = TokenBuckets(burst=1, per_second=1 / 60)

    def serve(self, sources: SourceRunner) -> None:
        self._sources = sources

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused:
        try:
            answer = await self._redemptions.redeem(ticket, protocol, client_host)
        except SQLAlchemyError as error:
            _log.warning("ticket_not_decided", error=type(error).__name__)
            return Refused("unavailable", "the database is away; no new pictures until it is back")
        if isinstance(answer, TicketRefusal):
            return Refused(answer.value, "this ticket opens nothing; ask for a new one")
        if isinstance(answer, Denied):
            return Refused(answer.reason.value, "the permission changed meanwhile")
        if self._sources is not None:
            self._sources.join(answer.point_id, answer.session_id)
        return Admitted(answer.session_id, answer.point_id, answer.lease_seconds, answer.tracks)

    async def source_started(self, started: SourceStarted) -> None:
        self._ends.listeners.without_picture.discard(started.source_id)
        if self._sources is not None:
            await self._sources.source_started(started.source_id)

    async def source_lost(self, source_id: str, reason: str) -> None:
        _log.info("source_broken_off", source=source_id, reason=reason)
        self._ends.listeners.without_picture.discard(source_id)
        if self._sources is not None:
            await self._sources.sources_lost([source_id])

    async def session_ended(self, ended: SessionEnded) -> None:
        self._end(ended)

    async def bytes_sent(self, totals: Mapping[str, int]) -> None:
        self._ends.sent(totals)

    async def worker_lost(self, source_ids: Collection[str], session_ids: Collection[str]) -> None:
        _log.warning("media_worker_died", sources=len(source_ids), sessions=len(session_ids))
        self._ends.listeners.without_picture.difference_update(source_ids)
        if self._sources is not None:
            await self._sources.sources_lost(source_ids)
        for session_id in session_ids:
            self._end(SessionEnded(session_id, End(EndReason.WORKER_LOST)))

    def _end(self, ended: SessionEnded) -> None:
        if self._sources is not None:
            self._sources.leave(ended.session_id)
        self._ends.ended(ended)

    async def key_frame_wanted(self, source_id: str) -> None:
        if self._sources is not None:
            self._sources.want_key_frame(source_id)

    async def pictures_coming(self, source_id: str, coming: bool) -> None:
        _log.info("pictures_changed", source=source_id, coming=coming)
        without = self._ends.listeners.without_picture
        if coming:
            without.discard(source_id)
        else:
            without.add(source_id)
        viewers = () if self._sources is None else self._sources.viewers(source_id)
        try:
            async with self._database.transaction() as tx:
                portal_sessions = await tx.access.portal_sessions(viewers)
        except SQLAlchemyError as error:
            _log.warning("pictures_not_told", source=source_id, error=type(error).__name__)
            return
        for session_id, portal_session_id in portal_sessions.items():
            self._ends.listeners.notify(PictureNews(session_id, portal_session_id, coming))

    async def second_source(self, source_id: str, host: str) -> None:
        # S17. Who floods a port must not flood the audit log: once a minute for each source and sender.
        if not self._alarms.allow(f"{source_id} {host}", self._monotonic()):
            return
        act = Act(None, self._now(), self._new_id, host)
        event = act.event(AuditEventName.SECOND_SOURCE_REFUSED, "point", source_id, host=host)
        if self._sources is not None:
            self._sources.note_refused(source_id, host)
        try:
            async with self._database.transaction() as tx:
                await tx.audit.append(event)
        except SQLAlchemyError as error:
            _log.warning("second_source_not_written", source=source_id, error=type(error).__name__)
