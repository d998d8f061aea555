"""An upper platform on real sockets of the loopback address, and receivers of media, for the simulator's tests."""

import asyncio
import io
import os
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Literal, TypeVar

import av
from tests.waiting import HANGS_SECONDS

from pinegate.protocols.gb28181.upper.config import DeviceAccount, UpperPlatformConfig
from pinegate.protocols.gb28181.upper.events import UpperEvent
from pinegate.protocols.gb28181.upper.platform import UpperPlatform
from pinegate.protocols.media.rtp import Rfc4571Splitter, RtpPacket, parse
from pinegate.protocols.sdp.session import Media, SessionDescription, Setup
from pinegate.protocols.sip.flow import Flow

HOST = "127.0.0.1"
PLATFORM_ID = "34100000002000000001"
PASSWORD = "a password for tests only"

Event = TypeVar("Event")
Answer = TypeVar("Answer")
MediaTransport = Literal["udp", "tcp_passive", "tcp_active"]
"""Of the receiver: it listens when passive, and connects when active."""


class Platform:
    """The core with UDP and TCP on one port; events are kept until a test asks for them."""

    def __init__(self, port: int, account: DeviceAccount, keepalive_interval: float) -> None:
        self.port = port
        config = UpperPlatformConfig(
            PLATFORM_ID, PLATFORM_ID[:10], HOST, port, keepalive_interval=keepalive_interval
        )
        self.core = UpperPlatform(
            config,
            lambda _: account,
            random_bytes=os.urandom,
            wall_time=lambda _: datetime(2026, 11, 22, 9, 30),
        )
        self.events: list[UpperEvent] = []
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._streams: dict[Flow, asyncio.StreamWriter] = {}
        self._serving: set[asyncio.Future[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.udp: asyncio.DatagramTransport | None = None

    def now(self) -> float:
        return self._loop.time()

    def tell(self, act: Callable[[float], Answer]) -> Answer:
        """Call the core with the time, and send what it wants sent."""
        answer = act(self.now())
        while (body := self.core.next_body(self.now())) is not None:
            self.core.body_read(body, body.read(), self.now())
        for data, flow in self.core.data_to_send():
            if flow.transport == "tcp" and flow in self._streams:
                self._streams[flow].write(data)
            elif flow.transport == "udp" and self.udp is not None:
                self.udp.sendto(data, (flow.host, flow.port))
        for flow in self.core.flows_to_close():
            if flow in self._streams:
                self._streams[flow].close()
        while (event := self.core.next_event()) is not None:
            self.events.append(event)
            self._news.set()
        self._set_timer()
        return answer

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self.core.next_timer()
        self._timer = None if due is None else self._loop.call_at(due, self.tell, self.core.handle_timer)

    async def serve_stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        flow = Flow("tcp", *writer.get_extra_info("peername")[:2])
        self._streams[flow] = writer
        ended: asyncio.Future[None] = self._loop.create_future()
        self._serving.add(ended)
        try:
            while data := await reader.read(65536):
                self.tell(lambda now, data=data: self.core.receive_data(data, flow, now))
        except ConnectionError:
            pass
        finally:
            del self._streams[flow]
            writer.close()
            self.tell(lambda now: self.core.connection_lost(flow, now))
            with suppress(ConnectionError):
                await writer.wait_closed()
            self._serving.discard(ended)
            ended.set_result(None)

    async def wait_for(self, kind: type[Event], test: Callable[[Event], bool] = lambda _: True) -> Event:
        """The oldest event of the kind that passes the test; it is taken out."""
        async with asyncio.timeout(HANGS_SECONDS):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and test(event):
                        self.events.remove(event)
                        return event
                self._news.clear()
                await self._news.wait()

    def drop_connections(self) -> None:
        for writer in self._streams.values():
            writer.transport.abort()

    async def close(self) -> None:
        """Every connection has ended when it returns: a socket left to the collector fails a later test."""
        self.drop_connections()
        if self._serving:
            await asyncio.wait(set(self._serving))
        if self._timer is not None:
            self._timer.cancel()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        flow = Flow("udp", *addr)
        self._platform.tell(lambda now: self._platform.core.receive_data(data, flow, now))


@asynccontextmanager
async def running_platform(
    account: DeviceAccount | None = None, keepalive_interval: float = 60.0
) -> AsyncGenerator[Platform, None]:
    stream, datagrams = _two_sockets_on_one_port()
    platform = Platform(stream.getsockname()[1], account or DeviceAccount(PASSWORD), keepalive_interval)
    server = await asyncio.start_server(platform.serve_stream, sock=stream)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(platform), sock=datagrams)
    platform.udp = transport
    try:
        yield platform
    finally:
        server.close()
        await platform.close()
        transport.close()


def _two_sockets_on_one_port() -> tuple[socket.socket, socket.socket]:
    """A port that is free for TCP may be taken for UDP by another program: then another one is tried."""
    for _ in range(100):
        stream = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.setblocking(False)
        stream.bind((HOST, 0))
        try:
            datagrams.bind(stream.getsockname())
        except OSError:
            stream.close()
            datagrams.close()
        else:
            return stream, datagrams
    raise OSError("no port is free for both UDP and TCP")


_SETUP: dict[MediaTransport, Setup] = {"udp": "", "tcp_passive": "passive", "tcp_active": "active"}


class Receiver:
    """Takes RTP on a port of its own."""

    def __init__(self, transport: MediaTransport, port: int) -> None:
        self.transport: MediaTransport = transport
        self.port = port
        self.packets: list[RtpPacket] = []
        self.ended = asyncio.Event()
        self._news = asyncio.Event()

    def take(self, packet: bytes) -> None:
        parsed = parse(packet)
        assert isinstance(parsed, RtpPacket)
        self.packets.append(parsed)
        self._news.set()

    async def read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        splitter = Rfc4571Splitter()
        try:
            while data := await reader.read(65536):
                for packet in splitter.feed(data):
                    self.take(packet)
        except ConnectionError:
            pass
        self.ended.set()
        writer.close()

    async def connect(self, port: int) -> None:
        reader, writer = await asyncio.open_connection(HOST, port)
        self._reading = asyncio.create_task(self.read(reader, writer))

    async def wait_pictures(self, count: int) -> None:
        """Return once ``count`` whole pictures or audio frames arrived."""
        async with asyncio.timeout(HANGS_SECONDS):
            while sum(packet.marker for packet in self.packets) < count:
                self._news.clear()
                await self._news.wait()

    @property
    def program_stream(self) -> bytes:
        return b"".join(packet.payload for packet in self.packets)

    def offer(self, camera_id: str, ssrc: str) -> SessionDescription:
        tcp = self.transport != "udp"
        media = Media(
            "video",
            self.port,
            "TCP/RTP/AVP" if tcp else "RTP/AVP",
            (96, 98, 97),
            "recvonly",
            _SETUP[self.transport],
            "new" if tcp else "",
            ((96, "PS/90000"), (98, "H264/90000"), (97, "MPEG4/90000")),
        )
        return SessionDescription(PLATFORM_ID, HOST, "Play", HOST, (media,), ssrc=ssrc)


class _RtpDatagrams(asyncio.DatagramProtocol):
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receiver.take(data)


@asynccontextmanager
async def running_receiver(transport: MediaTransport) -> AsyncGenerator[Receiver, None]:
    loop = asyncio.get_running_loop()
    receiver = Receiver(transport, 9)
    if transport == "udp":
        endpoint, _ = await loop.create_datagram_endpoint(
            lambda: _RtpDatagrams(receiver), local_addr=(HOST, 0)
        )
        receiver.port = endpoint.get_extra_info("sockname")[1]
        yield receiver
        endpoint.close()
    else:
        server = await asyncio.start_server(receiver.read, HOST, 0)
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
        server.close()


def decoded_pictures(program_stream: bytes) -> tuple[str, int]:
    """Codec and number of pictures that FFmpeg decodes."""
    with av.open(io.BytesIO(program_stream), "r", format="mpeg") as container:
        name = container.streams.video[0].codec_context.name
        return name, sum(1 for _ in container.decode(video=0))
