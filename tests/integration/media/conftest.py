"""A real engine: the supervisor in this process, a real worker process, real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any

import pytest
from tests.integration.media.clips import Clip, RtpCamera, clip
from tests.waiting import until
from websockets import Origin

from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.domain.access.tracks import PICTURE_AND_SOUND, Track
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

ORIGIN = Origin("http://portal.example")


class Control:
    """Plays the use cases: redeems each ticket once, and remembers what the engine tells."""

    def __init__(self) -> None:
        self.tickets: dict[str, Admitted] = {}
        self.redeemed: list[tuple[PlayProtocol, str]] = []
        self.started: list[SourceStarted] = []
        self.lost: list[tuple[str, str]] = []
        self.ended: dict[str, SessionEnded] = {}
        self.sent: dict[str, int] = {}
        self.key_frames: list[str] = []
        self.coming: list[tuple[str, bool]] = []
        self.second: list[tuple[str, str]] = []
        self.workers_lost: list[tuple[set[str], set[str]]] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused:
        self.redeemed.append((protocol, client_host))
        decision = self.tickets.pop(ticket, None) or Refused("ticket_unknown", "这张票已用过或已过期。")
        await self.may_answer.wait()
        return decision

    async def source_started(self, started: SourceStarted) -> None:
        self.started.append(started)

    async def source_lost(self, source_id: str, reason: str) -> None:
        self.lost.append((source_id, reason))

    async def session_ended(self, ended: SessionEnded) -> None:
        self.ended[ended.session_id] = ended

    async def bytes_sent(self, totals: Mapping[str, int]) -> None:
        self.sent.update(totals)

    async def second_source(self, source_id: str, host: str) -> None:
        self.second.append((source_id, host))

    async def key_frame_wanted(self, source_id: str) -> None:
        self.key_frames.append(source_id)

    async def pictures_coming(self, source_id: str, coming: bool) -> None:
        self.coming.append((source_id, coming))

    async def worker_lost(self, source_ids: Collection[str], session_ids: Collection[str]) -> None:
        self.workers_lost.append((set(source_ids), set(session_ids)))


class City:
    """An engine with its control, and the cameras that send to it."""

    def __init__(self, engine: MediaSupervisor, control: Control) -> None:
        self.engine = engine
        self.control = control
        self._sending: list[asyncio.Task[None]] = []
        self._sockets: list[socket.socket] = []
        self._connections: list[asyncio.StreamWriter] = []

    async def open(
        self,
        source_id: str = "camera",
        transport: Transport = Transport.UDP,
        ssrc: int | None = 1001,
        expected_host: str = "127.0.0.1",
    ) -> SourceEndpoint:
        return await self.engine.open_source(SourceRequest(source_id, transport, ssrc, expected_host))

    def udp_camera(
        self,
        endpoint: SourceEndpoint,
        source: Clip,
        ssrc: int = 1001,
        host: str = "127.0.0.1",
        pictures: int | None = None,
    ) -> asyncio.Task[None]:
        """Send a clip, four times as fast as life, for ever or for so many pictures."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((host, 0))
        sock.connect((endpoint.host, endpoint.port))
        self._sockets.append(sock)
        return self.send(source, ssrc, lambda packets: [sock.send(packet) for packet in packets], pictures)

    async def connect(
        self, host: str, port: int, local_host: str = "127.0.0.1"
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that ends with the test, whatever is still on its way."""
        reader, writer = await asyncio.open_connection(host, port, local_addr=(local_host, 0))
        self.keep(writer)
        return reader, writer

    def keep(self, writer: asyncio.StreamWriter) -> None:
        """Have the connection end with the test."""
        self._connections.append(writer)

    def send(
        self, source: Clip, ssrc: int, transmit: Callable[[list[bytes]], Any], pictures: int | None = None
    ) -> asyncio.Task[None]:
        async def run() -> None:
            camera, sent = RtpCamera(source, ssrc), 0
            for unit in source.endless():
                if unit.codec.is_video:
                    if pictures is not None and sent >= pictures:
                        return
                    sent += 1
                    await asyncio.sleep(0.01)
                transmit(camera.packets(unit))

        task = asyncio.create_task(run())
        self._sending.append(task)
        return task

    async def playing(self, source: Clip | None = None, source_id: str = "camera") -> SourceEndpoint:
        """A camera that sends by UDP and has started."""
        endpoint = await self.open(source_id)
        self.udp_camera(endpoint, source or clip())
        await until(lambda: [started for started in self.control.started if started.source_id == source_id])
        return endpoint

    def address(
        self,
        session_id: str,
        protocol: PlayProtocol,
        lease_seconds: float = 60.0,
        tracks: frozenset[Track] = PICTURE_AND_SOUND,
    ) -> str:
        ticket = self.engine.issue_ticket("camera")
        self.control.tickets[ticket] = Admitted(session_id, "camera", lease_seconds, tracks)
        return self.engine.play_address(ticket, protocol)

    async def close(self) -> None:
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        for sock in self._sockets:
            sock.close()
        for writer in self._connections:
            writer.transport.abort()


@pytest.fixture
async def city() -> AsyncIterator[City]:
    control = Control()
    engine = MediaSupervisor(MediaSettings(rtp_ports=(34000, 35999), portal_origins=(ORIGIN,)), control)
    await engine.start()
    running = City(engine, control)
    try:
        yield running
    finally:
        await running.close()
        await engine.stop()
