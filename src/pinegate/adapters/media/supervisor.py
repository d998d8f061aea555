"""The built-in media engine as control sees it: workers kept alive, sources placed on them, events passed
on.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from pinegate.adapters.media import messages
from pinegate.adapters.media.messages import Answer, Configure, Failed, Notice, Request
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.worker_process import WorkerProcess
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.ticket import RANDOM_BYTES, TicketKey
from pinegate.usecases.streams.media_engine import (
    EngineUnavailableError,
    MediaEngineError,
    MediaEvents,
    PictureUnavailableError,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceEndpoint,
    SourceRequest,
    SourceStarted,
    SourceUnknownError,
)

SNAPSHOT_SECONDS = 8.0
CUT_SECONDS = 2.0
STATS_SECONDS = 2.0
EVENTS_WAITING = 1000
REDEEM_SECONDS = 4.0
"""Less than the worker waits: a later admission would open a session that nobody serves."""
SOURCE_LOAD = 8
"""A source costs a worker about as much as so many viewers (docs/architecture/media.md)."""
PLACEMENT_KEPT_SECONDS = 60.0
"""An idle source keeps its worker while a ticket for it may still be used."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Lost:
    """The worker died with these."""

    sources: set[str]
    sessions: set[str]


@dataclass
class _Slot:
    """A worker with what control knows to be on it."""

    index: int
    process: WorkerProcess
    base: str
    events: asyncio.Queue[Notice | _Lost] = field(default_factory=asyncio.Queue[Notice | _Lost])
    sources: set[str] = field(default_factory=set[str])
    sessions: set[str] = field(default_factory=set[str])

    @property
    def load(self) -> int:
        return SOURCE_LOAD * len(self.sources) + len(self.sessions)

    def lose(self) -> None:
        """The worker is gone; a source opened from now on is the next one's."""
        self.events.put_nowait(_Lost(self.sources, self.sessions))
        self.sources, self.sessions = set(), set()

    @property
    def address(self) -> str:
        return self.base.replace("{port}", str(self.process.http_port))


class MediaSupervisor:
    """A :class:`MediaEngine` of worker processes on this machine."""

    def __init__(self, settings: MediaSettings, events: MediaEvents) -> None:
        self._events = events
        self._tickets = TicketKey(secrets.token_bytes(32))
        self._slots = [self._slot(settings, index) for index in range(settings.workers)]
        self._placed: dict[str, tuple[_Slot, float]] = {}
        self._redeeming = 0
        # sessions cut between their decision and their admission, and why
        self._cut_early: dict[str, End] = {}
        self._forwarding: list[asyncio.Task[None]] = []

    def _slot(self, settings: MediaSettings, index: int) -> _Slot:
        configuration = Configure(
            http_bind_host=settings.http_bind_host,
            http_port=settings.http_base_port + index if settings.http_base_port else 0,
            rtp_bind_host=settings.rtp_bind_host,
            rtp_host=settings.rtp_host,
            rtp_ports=settings.rtp_ports_of(index),
            portal_origins=settings.portal_origins,
            trusted_proxies=settings.trusted_proxies,
            transcode_g711=settings.transcode_g711,
            number=index,
            ticket_key=self._tickets.secret.hex(),
            on_loss=settings.on_loss,
        )

        async def on_request(request: Request) -> Answer:
            return await self._answer(slot, request)

        def on_notice(notice: Notice) -> None:
            # While control cannot handle events (its database is away) only the indispensable ones may pile up.
            repeated = isinstance(
                notice, messages.BytesSent | messages.SecondSource | messages.KeyFrameWanted
            )
            if not repeated or slot.events.qsize() < EVENTS_WAITING:
                slot.events.put_nowait(notice)

        def on_lost() -> None:
            slot.lose()

        process = WorkerProcess(configuration, on_request, on_notice, on_lost)
        host = settings.http_bind_host
        base = f"http://[{host}]:{{port}}" if ":" in host else f"http://{host}:{{port}}"
        slot = _Slot(index, process, settings.play_bases[index].rstrip("/") if settings.play_bases else base)
        return slot

    async def start(self) -> None:
        """Start the workers. Raises :class:`EngineUnavailableError` when one cannot start."""
        self._forwarding = [asyncio.create_task(self._forward(slot)) for slot in self._slots]
        await asyncio.gather(*(slot.process.start() for slot in self._slots))

    async def stop(self) -> None:
        """End the workers and with them all sessions."""
        await asyncio.gather(*(slot.process.stop() for slot in self._slots))
        for task in self._forwarding:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def worker_pids(self) -> list[int | None]:
        """Process ids, None while a worker is being restarted."""
        return [slot.process.pid for slot in self._slots]

    @property
    def play_bases(self) -> list[str]:
        """The public addresses of the workers, for the portal's ``connect-src``."""
        return [slot.address for slot in self._slots]

    # MediaEngine

    async def open_source(self, request: SourceRequest) -> SourceEndpoint:
        slot = self._place(request.source_id)
        answer = await slot.process.request(request)
        if not isinstance(answer, SourceEndpoint):
            raise _failure(answer)
        slot.sources.add(request.source_id)
        return answer

    async def bind_source(self, source_id: str, remote_host: str, remote_port: int, ssrc: int | None) -> None:
        slot = self._slot_of(source_id)
        answer = await slot.process.request(messages.BindSource(source_id, remote_host, remote_port, ssrc))
        if not isinstance(answer, messages.Done):
            raise _failure(answer)

    async def close_source(self, source_id: str, end: End) -> None:
        slot = self._placed[source_id][0] if source_id in self._placed else None
        if slot is not None and slot.process.pid is not None:
            await slot.process.request(messages.EndSource(source_id, end))
            slot.sources.discard(source_id)

    async def close_sessions(self, session_ids: Collection[str], end: End) -> frozenset[str]:
        if self._redeeming:
            self._cut_early.update(dict.fromkeys(session_ids, end))

        async def cut(slot: _Slot, ids: tuple[str, ...]) -> Mapping[str, int]:
            try:
                answer = await slot.process.request(messages.CloseSessions(ids, end), CUT_SECONDS)
            except EngineUnavailableError:
                answer = None
            if not isinstance(answer, messages.Closed):
                slot.process.kill()  # a revocation that is not obeyed ends all of the worker's sessions
                return {}
            slot.sessions.difference_update(answer.sessions)
            for session_id, sent in answer.sessions.items():
                await self._events.session_ended(SessionEnded(session_id, end, sent))
            return answer.sessions

        ran = await asyncio.gather(*(cut(slot, ids) for slot, ids in self._with_sessions(session_ids)))
        return frozenset(session_id for sessions in ran for session_id in sessions)

    async def renew_leases(self, session_ids: Collection[str], lease_seconds: float) -> None:
        async def renew(slot: _Slot, ids: tuple[str, ...]) -> None:
            with contextlib.suppress(EngineUnavailableError):  # then the lease ends, as it should
                await slot.process.request(messages.RenewLeases(ids, lease_seconds))

        await asyncio.gather(*(renew(slot, ids) for slot, ids in self._with_sessions(session_ids)))

    async def show_until(self, moment: float | None) -> None:
        """Whatever happens to us, the workers show nothing after ``moment`` (monotonic seconds); None: for as long as
        each session's own lease lasts. A worker that does not say that it will obey is ended."""

        async def tell(slot: _Slot) -> None:
            try:
                await slot.process.request(messages.ShowUntil(moment), CUT_SECONDS)
            except EngineUnavailableError:
                slot.process.kill()

        await asyncio.gather(*(tell(slot) for slot in self._slots if slot.process.pid is not None))

    async def snapshot(self, source_id: str) -> bytes:
        answer = await self._slot_of(source_id).process.request(
            messages.Snapshot(source_id), SNAPSHOT_SECONDS
        )
        if not isinstance(answer, messages.Picture):
            raise _failure(answer)
        return answer.jpeg

    def issue_ticket(self, source_id: str) -> str:
        return self._tickets.issue(self._place(source_id).index, secrets.token_bytes(RANDOM_BYTES))

    def play_address(self, ticket: str, protocol: PlayProtocol) -> str:
        worker = self._tickets.worker_of(ticket)
        if worker is None:
            raise ValueError("no ticket of this engine")
        return f"{self._slots[worker].address}/live/{ticket}.{protocol.value}"

    async def stats(self) -> Sequence[Mapping[str, int]]:
        async def counters(slot: _Slot) -> Mapping[str, int]:
            values: dict[str, int] = {"restarts": slot.process.restarts, "up": 0}
            if slot.process.pid is not None:
                with contextlib.suppress(EngineUnavailableError):
                    answer = await slot.process.request(messages.Stats(), STATS_SECONDS)
                    if isinstance(answer, messages.Counters):
                        values |= {"up": 1, **answer.values}
            return values

        return await asyncio.gather(*map(counters, self._slots))

    # Placement

    def _place(self, source_id: str) -> _Slot:
        """The worker of a source; the least loaded one for a source that has not been used for a while."""
        now = asyncio.get_running_loop().time()
        placed = self._placed.get(source_id)
        if placed and (source_id in placed[0].sources or now - placed[1] < PLACEMENT_KEPT_SECONDS):
            slot = placed[0]
        else:
            slot = min(self._slots, key=lambda slot: (slot.process.pid is None, slot.load))
        self._placed[source_id] = (slot, now)
        return slot

    def _slot_of(self, source_id: str) -> _Slot:
        placed = self._placed.get(source_id)
        if placed is None or source_id not in placed[0].sources:
            raise SourceUnknownError(f"source {source_id} is not open")
        return placed[0]

    def _with_sessions(self, session_ids: Collection[str]) -> list[tuple[_Slot, tuple[str, ...]]]:
        wanted = set(session_ids)
        found = [
            (slot, tuple(wanted & slot.sessions)) for slot in self._slots if slot.process.pid is not None
        ]
        return [(slot, ids) for slot, ids in found if ids]

    # Events

    async def _answer(self, slot: _Slot, request: Request) -> Answer:
        if not isinstance(request, messages.RedeemTicket):
            return Failed(code="unavailable", message=f"{type(request).__name__} is no request of a worker")
        self._redeeming += 1
        try:
            return await self._redeem(slot, request)
        except Exception:
            _log.exception("ticket_not_decided")
            return Failed(code="unavailable", message="the ticket could not be decided on")
        finally:
            self._redeeming -= 1
            if not self._redeeming:
                self._cut_early.clear()

    async def _redeem(self, slot: _Slot, request: messages.RedeemTicket) -> Answer:
        loop = asyncio.get_running_loop()
        asked, sessions = loop.time(), slot.sessions
        decision = await self._events.redeem_ticket(request.ticket, request.protocol, request.client_host)
        if isinstance(decision, Refused):
            return decision
        session_id = decision.session_id
        end = self._cut_early.get(session_id)
        if slot.sessions is not sessions or loop.time() - asked >= REDEEM_SECONDS:
            end = End(EndReason.WORKER_LOST)
        if end is not None:
            await self._events.session_ended(SessionEnded(session_id, end))
            return Refused(end.reason, "The session was ended meanwhile.")
        sessions.add(session_id)
        return decision

    async def _forward(self, slot: _Slot) -> None:
        """Pass on one worker's events in their order; a handler that fails must not stop the next."""
        while True:
            notice = await slot.events.get()
            try:
                if isinstance(notice, _Lost):
                    await self._events.worker_lost(notice.sources, notice.sessions)
                else:
                    await self._pass_on(slot, notice)
            except Exception:
                _log.exception("media_event_not_handled", notice=type(notice).__name__)

    async def _pass_on(self, slot: _Slot, notice: Notice) -> None:
        events = self._events
        match notice:
            case SourceStarted():
                await events.source_started(notice)
            case messages.SourceLost():
                slot.sources.discard(notice.source_id)
                await events.source_lost(notice.source_id, notice.reason)
            case SessionEnded():
                slot.sessions.discard(notice.session_id)
                await events.session_ended(notice)
            case messages.BytesSent():
                await events.bytes_sent(notice.sessions)
            case messages.SecondSource():
                await events.second_source(notice.source_id, notice.host)
            case messages.KeyFrameWanted():
                await events.key_frame_wanted(notice.source_id)
            case messages.PicturesComing():
                await events.pictures_coming(notice.source_id, notice.coming)


def _failure(answer: Answer) -> MediaEngineError:
    if not isinstance(answer, Failed):
        return EngineUnavailableError(f"the media worker answered with {type(answer).__name__}")
    kinds = {
        "unknown": SourceUnknownError,
        "unavailable": EngineUnavailableError,
        "no_picture": PictureUnavailableError,
    }
    return kinds[answer.code](answer.message)
