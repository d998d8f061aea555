"""Running sessions, decided on again: woken by every access change, and by the clock.

It closes sessions in the engine and leaves the writing down to others: a picture must stop even if the database stalls,
and the next revocation waits for no register. Leases are renewed only after a re-evaluation that succeeded; when the
database is away, or takes nothing more, nothing is renewed, and every session dies with its lease (fail closed).
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.access.session_ends import SessionEndWriter
from pinegate.adapters.database.access_changes import CHANNEL
from pinegate.adapters.database.connection import Database
from pinegate.domain.access.request import LEASE_SECONDS
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.ports import LiveSession
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
        self._short_due = 0.0

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
        """One round for whatever has changed; returns when the sessions that fell are closed, and the register says so.

        Does not raise: what could not be re-evaluated now is re-evaluated by ``run``, or dies with its lease.
        """
        try:
            await self._changes()
            await self._ends.flush()
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
            await self._reevaluate(await self._database.live_sessions())
        elif self._monotonic() >= self._short_due:
            self._short_due = self._monotonic() + _SHORT_LEASES_EVERY
            await self._reevaluate(await self._database.live_sessions(LEASE_SECONDS - 1))

    async def begin(self) -> None:
        """Close what the register holds open: it belongs to an earlier run, whose workers ended with it."""
        async with self._database.prompt_transaction() as tx:
            self._sequence = await tx.access.newest_change()
            leftovers = await tx.access.open_sessions()
        self._say_ended(leftovers, End(EndReason.WORKER_LOST))
        await self._ends.flush()

    async def _changes(self) -> None:
        async with self._turn:
            if self._sequence is None:
                return
            newest, sessions = await self._database.sessions_touched_since(self._sequence)
            await self._reevaluate(sessions)
            self._sequence = newest

    async def _sweep(self) -> None:
        now = self._now()
        async with self._database.prompt_transaction() as tx:
            await tx.identity.end_idle_sessions(now - self._idle_limit, now - self._longest_session, now)
            await tx.credentials.forget_nonces(now)
            expired = await tx.access.expired_tickets(now)
        self._say_ended(expired, End(EndReason.TICKET_EXPIRED))

    async def _reevaluate(self, sessions: Sequence[LiveSession]) -> None:
        if not sessions:
            return
        reevaluated = reevaluate_sessions(sessions, self._now())
        await self._close(reevaluated)
        await self._renew(reevaluated)

    async def _close(self, reevaluated: Reevaluated) -> None:
        by_end: defaultdict[End, set[str]] = defaultdict(set)
        for session_id, end in reevaluated.falls.items():
            by_end[end].add(session_id)

        async def close(ids: set[str], end: End) -> None:
            ran = await self._media.close_sessions(ids, end)
            self._say_ended(ids.difference(ran), end)

        await asyncio.gather(*(close(ids, end) for end, ids in by_end.items()))

    def _say_ended(self, session_ids: Iterable[str], end: End) -> None:
        for session_id in session_ids:
            self._ends.ended(SessionEnded(session_id, end))

    async def _renew(self, reevaluated: Reevaluated) -> None:
        # A full disk still answers what is asked: what cannot be registered does not run on.
        if self._ends.refused:
            return
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
