"""The ends of sessions on their way into the register, and to the viewers who wait to be told why."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.database.connection import Database
from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.access.end_session import end_sessions
from pinegate.usecases.access.ports import ClosedEntry
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import SessionEnded

_log = structlog.get_logger(__name__)

_BYTES_EVERY_SECONDS = 5.0
_TRY_AGAIN_SECONDS = 1.0
_MOST_WAITING_EVENTS = 100
_MOST_AT_ONCE = 500
"""Ends of one transaction: those who wait for a row that it holds wait for no more than these."""


@dataclass(frozen=True, slots=True)
class PictureNews:
    """Whether there is anything to be shown in a play that goes on."""

    id: str
    portal_session_id: str | None
    coming: bool


PlayNews = ClosedEntry | PictureNews


class SessionEndListeners:
    """Tells each portal session which of its plays ended, and which show nothing for the moment.

    ``without_picture``: the points whose camera runs and of which nothing comes that can be shown.
    """

    def __init__(self) -> None:
        self.without_picture: set[str] = set()
        self._listeners: dict[str, set[asyncio.Queue[PlayNews]]] = {}

    def listen(self, portal_session_id: str) -> asyncio.Queue[PlayNews]:
        queue: asyncio.Queue[PlayNews] = asyncio.Queue(_MOST_WAITING_EVENTS)
        self._listeners.setdefault(portal_session_id, set()).add(queue)
        return queue

    def stop_listening(self, portal_session_id: str, queue: asyncio.Queue[PlayNews]) -> None:
        queues = self._listeners.get(portal_session_id, set())
        queues.discard(queue)
        if not queues:
            self._listeners.pop(portal_session_id, None)

    def listeners(self, portal_session_id: str) -> int:
        return len(self._listeners.get(portal_session_id, ()))

    def notify(self, news: PlayNews) -> None:
        for queue in self._listeners.get(news.portal_session_id or "", ()):
            if not queue.full():  # who does not read asks GET /api/play/{id} instead
                queue.put_nowait(news)


class SessionEndWriter:
    """Writes ends at once and byte counts every few seconds; keeps both while the database is away.

    Nobody else writes many rows of the register at a time, and here one transaction follows the other.
    """

    def __init__(
        self,
        database: Database,
        events: SessionEndListeners,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self.listeners = events
        self._now = now
        self._new_id = new_id
        self._ends: dict[str, SessionEnded] = {}
        self._bytes: dict[str, int] = {}
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._refused_since: datetime | None = None

    def ended(self, session: SessionEnded) -> None:
        """The session is over. What was told first is its end; its bytes may still rise."""
        first = self._ends.get(session.session_id, session)
        sent = max(session.bytes, first.bytes, self._bytes.pop(session.session_id, 0))
        self._ends[session.session_id] = replace(first, bytes=sent)
        self._woken.set()

    def sent(self, totals: Mapping[str, int]) -> None:
        self._bytes.update(totals)

    @property
    def refused(self) -> bool:
        """Whether the register takes nothing. It is tried every second, and what is kept here is written then."""
        return self._refused_since is not None or self._database.disk_is_full

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            try:
                async with asyncio.timeout(_TRY_AGAIN_SECONDS if self.refused else _BYTES_EVERY_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                await self.flush()
            except SQLAlchemyError as error:
                _log.warning("session_ends_not_written", error=type(error).__name__)
                await asyncio.sleep(_TRY_AGAIN_SECONDS)

    async def flush(self) -> None:
        """Write down what is known; returns when all that was known at the call is written, by whomever.

        Raises:
            SQLAlchemyError: nothing is forgotten, ``run`` tries again.
        """
        async with self._turn:
            ends, self._ends = self._ends, {}
            totals, self._bytes = self._bytes, {}
            if self._refused_since is None and self._database.disk_is_full:
                self._refused_since = self._now()
            try:
                while ends:
                    await self._write(dict(islice(ends.items(), _MOST_AT_ONCE)), ends)
                if totals:
                    async with self._database.prompt_transaction() as tx:
                        await tx.access.count_bytes(totals)
                    totals = {}
                if self._refused_since is not None:
                    await self._note_gap(self._refused_since)
            except BaseException as error:
                if self._refused_since is None and isinstance(error, SQLAlchemyError):
                    self._refused_since = self._now()
                later, self._ends = self._ends, ends
                self._bytes = totals | self._bytes
                for session in later.values():
                    self.ended(session)
                raise

    async def _note_gap(self, since: datetime) -> None:
        """Say in the log that the register took nothing; that this can be written shows that it takes something."""
        act = Act(None, self._now(), self._new_id)
        async with self._database.prompt_transaction() as tx:
            await tx.audit.append(
                act.event(AuditEventName.REGISTER_REFUSED, "access_register", "", since=since.isoformat())
            )
        self._refused_since, self._database.disk_is_full = None, False
        _log.warning("register_writable_again", since=since.isoformat())

    async def _write(self, some: Mapping[str, SessionEnded], ends: dict[str, SessionEnded]) -> None:
        """Write ``some`` of ``ends``, which then are none of them any more."""
        async with self._database.prompt_transaction() as tx:
            newly = await end_sessions(tx, list(some.values()), Act(None, self._now(), self._new_id))
        for session_id in some:
            del ends[session_id]
        for session in newly:
            self.listeners.notify(session)
