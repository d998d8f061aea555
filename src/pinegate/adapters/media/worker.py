"""A media worker: its sources, streams and viewers, under the orders of control.

It lives as long as its channel: when control is gone every session ends and the process exits (fail closed).
"""

import asyncio
import contextlib
import socket
from collections import Counter

import structlog

from pinegate.adapters.confined.helper import HelperError
from pinegate.adapters.media.audio import AudioTranscoder
from pinegate.adapters.media.channel import Channel, ChannelClosedError
from pinegate.adapters.media.codec_helper import CodecHelper
from pinegate.adapters.media.http_listener import HttpListener
from pinegate.adapters.media.ingest import Intake, NoPortError, open_intake
from pinegate.adapters.media.messages import (
    Answer,
    BindSource,
    BytesSent,
    Closed,
    CloseSessions,
    Configure,
    Counters,
    Done,
    EndSource,
    Failed,
    KeyFrameWanted,
    Notice,
    Picture,
    PicturesComing,
    Ready,
    RedeemTicket,
    RenewLeases,
    Request,
    SecondSource,
    ShowUntil,
    Snapshot,
    SourceLost,
    Stats,
)
from pinegate.adapters.media.source import Source, SourceHooks
from pinegate.adapters.media.stream import Stream
from pinegate.adapters.media.viewer import Viewer, Wire
from pinegate.domain.access.session_end import End, EndReason
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.video import configuration_of
from pinegate.usecases.access.ticket import TicketKey
from pinegate.usecases.streams.media_engine import (
    Admitted,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceEndpoint,
    SourceRequest,
    SourceStarted,
    Transport,
)

SWEEP_SECONDS = 0.1
REPORT_SECONDS = 1.0
MAX_VIEWERS = 8000
"""More than a worker can serve, fewer than it has descriptors for."""

_USUAL = frozenset({"connections"})

_log = structlog.get_logger(__name__)


class Worker:
    """All state of one worker process."""

    def __init__(self, configuration: Configure, channel: Channel) -> None:
        self._configuration = configuration
        self._channel = channel
        self._loop = asyncio.get_running_loop()
        self._sources: dict[str, tuple[Source, Intake]] = {}
        self._streams: dict[str, Stream] = {}
        self._viewers: dict[str, tuple[Viewer, str]] = {}
        self._show_until: float | None = None
        self._reported: dict[str, int] = {}
        self._counters: Counter[str] = Counter()
        self._logged: dict[str, Counter[str]] = {}
        self._pictures = CodecHelper()
        self._audio = AudioTranscoder(self._push) if configuration.transcode_g711 else None
        self._listener = HttpListener(
            self._redeem,
            self._admit,
            lambda: len(self._viewers) < MAX_VIEWERS,
            configuration.portal_origins,
            configuration.trusted_proxies,
            configuration.number,
            TicketKey(bytes.fromhex(configuration.ticket_key)),
        )
        self._refusals_logged: Counter[str] = Counter()

    def listen(self) -> int:
        """Listen for viewers; the port. ``OSError`` when it is taken."""
        return self._listener.listen(self._configuration.http_bind_host, self._configuration.http_port)

    async def run(self) -> None:
        """Enforce leases and time limits, report bytes and faults, until cancelled."""
        next_report = self._loop.time() + REPORT_SECONDS
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = self._loop.time()
            silent = self._show_until is not None and now >= self._show_until
            for viewer, _ in tuple(self._viewers.values()):
                if silent:  # control may be control no more, and another's revocations do not reach us
                    viewer.end(End(EndReason.LEASE_ENDED))
                else:
                    viewer.check(now)
            if now >= next_report:
                next_report = now + REPORT_SECONDS
                for source, _ in tuple(self._sources.values()):
                    source.check(now)
                self._report()

    async def close(self) -> None:
        """End everything, as when control is gone."""
        self._listener.close()
        for source_id in tuple(self._sources):
            self._close_source(source_id, End(EndReason.WORKER_LOST))
        for viewer, _ in tuple(self._viewers.values()):
            viewer.end(End(EndReason.WORKER_LOST))
        await self._pictures.close()
        if self._audio is not None:
            await self._audio.close()

    async def answer(self, request: Request) -> Answer:
        """Carry out an order of control."""
        match request:
            case SourceRequest():
                return self._open_source(request)
            case BindSource():
                return self._bind_source(request)
            case EndSource():
                self._close_source(request.source_id, request.end)
            case CloseSessions():
                return self._cut(request)
            case RenewLeases():
                until = self._loop.time() + request.lease_seconds
                for viewer in self._viewers_of(request.session_ids):
                    viewer.lease_until = until
            case ShowUntil():
                self._show_until = request.moment
            case Snapshot():
                return await self._snapshot(request.source_id)
            case Stats():
                return Counters(values=self._stats())
            case Configure() | RedeemTicket():
                return Failed(
                    code="unavailable", message=f"{type(request).__name__} is no order to a running worker"
                )
        return Done()

    # Sources

    def _open_source(self, order: SourceRequest) -> Answer:
        source_id = order.source_id
        self._close_source(source_id, End(EndReason.SOURCE_LOST), sessions=False)
        ordered = order.transport is not Transport.UDP
        hooks = SourceHooks(
            on_unit=lambda unit: self._take(source_id, unit),
            on_second=lambda host: self._notify(SecondSource(source_id=source_id, host=host)),
            on_lost=lambda why: self._lost(source_id, why),
            on_key_frame_wanted=lambda: self._notify(KeyFrameWanted(source_id)),
            on_pictures=lambda coming: self._notify(PicturesComing(source_id, coming)),
        )
        configuration = self._configuration
        source = Source(
            source_id,
            order.expected_host,
            order.ssrc,
            ordered,
            hooks,
            self._loop.time(),
            strict=configuration.on_loss == "strict",
            strict_ssrc=order.strict_ssrc,
        )
        try:
            intake = open_intake(
                order.transport,
                source,
                configuration.rtp_bind_host,
                self._free_ports(configuration.rtp_ports),
            )
        except NoPortError as error:
            return Failed(code="unavailable", message=str(error))
        self._sources[source_id] = (source, intake)
        return SourceEndpoint(configuration.rtp_host, intake.port)

    def _free_ports(self, ports: tuple[int, int]) -> list[int]:
        """The even ones (RFC 3550 section 11; odd when the range begins so) that no source of ours has."""
        taken = {intake.port for _, intake in self._sources.values()}
        return [port for port in range(ports[0], ports[1] + 1, 2) if port not in taken]

    def _bind_source(self, order: BindSource) -> Answer:
        if order.source_id not in self._sources:
            return Failed(code="unknown", message=f"source {order.source_id} is not open")
        source, intake = self._sources[order.source_id]
        source.bind(order.remote_host, order.ssrc, self._loop.time())
        intake.connect((order.remote_host, order.remote_port))
        return Done()

    def _close_source(self, source_id: str, end: End, sessions: bool = True) -> None:
        """``sessions`` False: those that wait for this camera go on waiting, for it is opened anew."""
        if source_id in self._sources:
            source, intake = self._sources.pop(source_id)
            intake.close()
            self._counters.update(source.counters())
            self._logged.pop(source_id, None)
            if self._audio is not None:
                self._audio.forget(source_id)
        stream = self._streams.get(source_id)
        if stream is not None and (sessions or stream.key_picture is not None):
            stream.reset(end)
        self._forget_stream(source_id)

    def _lost(self, source_id: str, why: str) -> None:
        _log.warning("source_lost", source_id=source_id, why=why)
        self._close_source(source_id, End(EndReason.SOURCE_LOST))
        self._notify(SourceLost(source_id=source_id, reason=why))

    def _stream(self, source_id: str) -> Stream:
        if source_id not in self._streams:

            def settled(stream: Stream, key: AccessUnit) -> None:
                self._settled(source_id, stream, key)

            self._streams[source_id] = Stream(settled, transcodes=self._audio is not None)
        return self._streams[source_id]

    def _forget_stream(self, source_id: str) -> None:
        stream = self._streams.get(source_id)
        if stream is not None and not stream.watched and source_id not in self._sources:
            del self._streams[source_id]

    def _take(self, source_id: str, unit: AccessUnit) -> None:
        if self._audio is not None and unit.codec in (Codec.G711A, Codec.G711U):
            self._audio.take(source_id, unit)
        stream = self._stream(source_id)
        stream.silent = self._sources[source_id][0].silent
        stream.push(unit)

    def _push(self, source_id: str, unit: AccessUnit) -> None:
        """A transcoded audio frame."""
        if source_id in self._sources:
            self._stream(source_id).push(unit)

    def _settled(self, source_id: str, stream: Stream, key: AccessUnit) -> None:
        picture = configuration_of(key)
        self._notify(
            SourceStarted(
                source_id=source_id,
                video=key.codec,
                audio=stream.camera_audio,
                audio_carried=stream.audio is not None,
                width=picture.width if picture is not None else 0,
                height=picture.height if picture is not None else 0,
            )
        )

    async def _snapshot(self, source_id: str) -> Answer:
        if source_id not in self._sources:
            return Failed(code="unknown", message=f"source {source_id} is not open")
        key = self._stream(source_id).key_picture
        if key is None:
            return Failed(code="no_picture", message="no key frame has come yet: try again in a few seconds")
        try:
            return Picture(jpeg=await self._pictures.jpeg(key))
        except HelperError as error:
            self._counters["snapshots_failed"] += 1
            return Failed(code="no_picture", message=str(error))

    # Viewers

    async def _redeem(self, ticket: str, protocol: PlayProtocol, client_host: str) -> Admitted | Refused:
        answer = await self._channel.request(RedeemTicket(ticket, protocol, client_host))
        match answer:
            case Admitted() | Refused():
                return answer
            case _:
                raise ChannelClosedError("control could not decide on the ticket")

    def _admit(
        self, sock: socket.socket, wire: Wire, admitted: Admitted, protocol: PlayProtocol, trailing: bytes
    ) -> None:
        lease_until = self._loop.time() + admitted.lease_seconds
        viewer = Viewer(sock, wire, admitted.session_id, protocol, admitted.tracks, lease_until, self._ended)
        self._viewers[admitted.session_id] = (viewer, admitted.source_id)
        self._counters["sessions"] += 1
        if trailing:
            viewer.received(trailing)
        if not viewer.ended:
            self._stream(admitted.source_id).join(viewer)
            if not viewer.begun and admitted.source_id in self._sources:
                self._sources[admitted.source_id][0].want_key_frame()

    def _viewers_of(self, session_ids: tuple[str, ...]) -> list[Viewer]:
        return [self._viewers[session_id][0] for session_id in session_ids if session_id in self._viewers]

    def _cut(self, order: CloseSessions) -> Closed:
        """All sockets first; everything else may wait until the last of them is closed."""
        viewers = self._viewers_of(order.session_ids)
        for viewer in viewers:
            viewer.hang_up(order.end)
        for viewer in viewers:
            viewer.tidy()
            self._forget(viewer)
        return Closed({viewer.session_id: viewer.bytes_sent for viewer in viewers})

    def _ended(self, viewer: Viewer, end: End) -> None:
        self._forget(viewer)
        self._notify(SessionEnded(viewer.session_id, end, viewer.bytes_sent))

    def _forget(self, viewer: Viewer) -> None:
        entry = self._viewers.pop(viewer.session_id, None)
        self._reported.pop(viewer.session_id, None)
        self._counters["bytes_sent_by_ended"] += viewer.bytes_sent
        self._counters["skips_of_ended"] += viewer.skips
        if entry is not None and entry[1] in self._streams:
            self._streams[entry[1]].leave(viewer)
            self._forget_stream(entry[1])

    # Reports

    def _notify(self, notice: Notice) -> None:
        with contextlib.suppress(ChannelClosedError):  # the channel's end ends this process anyway
            self._channel.notify(notice)

    def _report(self) -> None:
        changed = {
            session_id: viewer.bytes_sent
            for session_id, (viewer, _) in self._viewers.items()
            if viewer.bytes_sent != self._reported.get(session_id, 0)
        }
        if changed:
            self._reported.update(changed)
            self._notify(BytesSent(sessions=changed))
        for source_id, (source, _) in self._sources.items():
            faults = source.counters()
            if faults != self._logged.get(source_id, Counter()):
                self._logged[source_id] = faults
                _log.warning("source_faults_counted", source_id=source_id, **faults)
        refused = Counter({name: n for name, n in self._listener.counters.items() if name not in _USUAL})
        if refused != self._refusals_logged:
            self._refusals_logged = refused
            _log.warning("viewers_refused", **refused)

    def _stats(self) -> dict[str, int]:
        counted = Counter(self._counters)
        counted.update(self._listener.counters)
        for source, _ in self._sources.values():
            counted.update(source.counters())
        viewers = [viewer for viewer, _ in self._viewers.values()]
        counted["bytes_sent"] = counted.pop("bytes_sent_by_ended", 0) + sum(v.bytes_sent for v in viewers)
        counted["pictures_skipped"] = counted.pop("skips_of_ended", 0) + sum(v.skips for v in viewers)
        counted["packets"] = counted["packets"] + sum(source.packets for source, _ in self._sources.values())
        counted["sources_open"] = len(self._sources)
        counted["sessions_open"] = len(viewers)
        return dict(counted)


async def run(control: socket.socket) -> None:
    """Serve control over one end of a socketpair until it closes."""
    worker: Worker | None = None
    sweeping: asyncio.Task[None] | None = None

    async def answer(request: Request) -> Answer:
        nonlocal worker, sweeping
        if worker is not None:
            return await worker.answer(request)
        if not isinstance(request, Configure):
            return Failed(code="unavailable", message="configure the worker first")
        worker = Worker(request, channel)
        try:
            port = worker.listen()
        except OSError as error:
            worker = None
            return Failed(code="unavailable", message=f"cannot listen for viewers: {error}")
        sweeping = asyncio.create_task(worker.run())
        sweeping.add_done_callback(give_up)
        return Ready(http_port=port)

    def give_up(swept: asyncio.Task[None]) -> None:
        if not swept.cancelled():  # without the sweep no lease would end: rather end everything
            _log.critical("worker_sweep_failed", exc_info=swept.exception())
            channel.close()

    channel = await Channel.connect(control, answer, lambda _: None)
    try:
        await channel.run()
    finally:
        if sweeping is not None:
            sweeping.cancel()
        if worker is not None:
            await worker.close()
