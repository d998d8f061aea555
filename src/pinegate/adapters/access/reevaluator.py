"""Running sessions, decided on again: woken by every access change, and by the clock.

It closes sessions in the engine first and writes the ends down after: a picture must stop even if the database
stalls. Leases are renewed only after a re-evaluation that succeeded; when the database is away nothing is renewed, and
every session dies with its lease (fail closed).
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.access.session_ends import SessionEndWriter
from pinegate.adapters.database.access_changes import CHANNEL
from pinegate.adapters.database.connection import Database
from pinegate.domain.access.request import LEASE_SECONDS
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.reevaluate import Reevaluated, reevaluate_sessions
from pinegate.usecases.streams.media_engine import MediaEngine, MediaEngineError, SessionEnded

_log = structlog.get_logger(__name__)

_SHORT_LEASES_EVERY = 0.7
_ALL_EVERY = 10.0
_RECONNECT_SECONDS = 0.5
_LISTEN_SECONDS = 30.0


class NullReevaluator:
    """Where nothing runs (tests of the paper work): wakes nobody."""

    def wake(self) -> None:
        return None

    async def reevaluate_now(self) -> None:
        return None


class Reevaluator:
    """One a control process. ``idle_limit`` and ``longest_session``: when forgotten portal sessions end."""

    def __init__(
        self,
        database: Database,
        media: MediaEngine,
        ends: SessionEndWriter,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        *,
        idle_limit: timedelta,
        longest_session: timedelta,
    ) -> None:
        self._database = database
        self._media = media
        self._ends = ends
        self._now = now
        self._monotonic = monotonic
        self._idle_limit = idle_limit
        self._longest_session = longest_session
        self._sequence: int | None = None
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._all_due = 0.0

    @property
    def has_begun(self) -> bool:
        """Whether what an earlier run left open is closed, and changes are followed from there."""
        return self._sequence is not None

    def wake(self) -> None:
        """Something other than an access change happened (a portal session ended): re-evaluate everything."""
        self._all_due = 0.0
        self._woken.set()

    async def run(self) -> None:
        """Serve until cancelled."""
        listening = asyncio.create_task(self._listen())
        try:
            while True:
                try:
                    await self._round()
                except SQLAlchemyError as error:
                    _log.warning("sessions_not_reevaluated", error=type(error).__name__)
                    await asyncio.sleep(_RECONNECT_SECONDS)
                except Exception:
                    # Re-evaluation that stops must not do so silently; sessions meanwhile die with their leases.
                    _log.exception("reevaluation_failed")
                    await asyncio.sleep(_RECONNECT_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SHORT_LEASES_EVERY):
                        await self._woken.wait()
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listening

    async def reevaluate_now(self) -> None:
        """One round for whatever has changed; returns when the sessions that fell are closed.

        Does not raise: what could not be re-evaluated now is re-evaluated by ``run``, or dies with its lease.
        """
        try:
            await self._changes()
        except SQLAlchemyError as error:
            _log.warning("sessions_not_reevaluated", error=type(error).__name__)

    async def _round(self) -> None:
        self._woken.clear()
        if self._sequence is None:
            await self.begin()
        await self._changes()
        if self._monotonic() >= self._all_due:
            self._all_due = self._monotonic() + _ALL_EVERY
            await self._sweep()
            await self._reevaluate(None)
        else:
            await self._reevaluate(None, longest_lease=LEASE_SECONDS - 1)

    async def begin(self) -> None:
        """Close what the register holds open: it belongs to an earlier run, whose workers ended with it."""
        async with self._database.transaction() as tx:
            self._sequence = await tx.access.newest_change()
            leftovers = await tx.access.open_sessions()
        await self._ends.write([SessionEnded(key, End(EndReason.WORKER_LOST)) for key in leftovers])

    async def _changes(self) -> None:
        async with self._turn:
            while self._sequence is not None:
                async with self._database.transaction() as tx:
                    newest, targets = await tx.access.changes_since(self._sequence)
                if not targets:
                    return
                await self._reevaluate(targets)
                self._sequence = newest

    async def _sweep(self) -> None:
        now = self._now()
        async with self._database.transaction() as tx:
            await tx.identity.end_idle_sessions(now - self._idle_limit, now - self._longest_session, now)
            await tx.credentials.forget_nonces(now)
            expired = await tx.access.expired_tickets(now)
        await self._ends.write([SessionEnded(key, End(EndReason.TICKET_EXPIRED)) for key in expired])

    async def _reevaluate(
        self, touched_by: Collection[str] | None, *, longest_lease: float | None = None
    ) -> None:
        async with self._database.transaction() as tx:
            sessions = await tx.access.live(touched_by, longest_lease)
        if not sessions:
            return
        reevaluated = reevaluate_sessions(sessions, self._now())
        await self._close(reevaluated)
        await self._renew(reevaluated)
        if reevaluated.falls:
            await self._ends.write([SessionEnded(key, end) for key, end in reevaluated.falls.items()])

    async def _close(self, reevaluated: Reevaluated) -> None:
        by_end: defaultdict[End, list[str]] = defaultdict(list)
        for session_id, end in reevaluated.falls.items():
            by_end[end].append(session_id)
        await asyncio.gather(*(self._media.close_sessions(ids, end) for end, ids in by_end.items()))

    async def _renew(self, reevaluated: Reevaluated) -> None:
        by_lease: defaultdict[float, list[str]] = defaultdict(list)
        for session_id, lease in reevaluated.keeps.items():
            by_lease[lease].append(session_id)
        with contextlib.suppress(MediaEngineError):  # then the leases end, as they should
            await asyncio.gather(*(self._media.renew_leases(ids, lease) for lease, ids in by_lease.items()))

    async def _listen(self) -> None:
        """Be woken by NOTIFY. While this connection is away, the clock still wakes the reevaluator."""
        while True:
            try:
                async with await self._database.listen(CHANNEL) as connection:
                    self._woken.set()
                    while True:
                        async for _ in connection.notifies(timeout=_LISTEN_SECONDS, stop_after=1):
                            self._woken.set()
                        await connection.execute(b"select 1")
            except psycopg.Error as error:
                _log.warning("access_changes_not_heard", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_SECONDS)
