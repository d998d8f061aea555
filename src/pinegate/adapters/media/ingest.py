"""The sockets that RTP comes in by: UDP, TCP where we listen, TCP where we connect.

Each reads straight from a non-blocking socket when the event loop says so, and hands every packet to its
:class:`Source`; a read loop ends after a bounded number of packets so that no camera starves the others.
"""

import asyncio
import random
import socket
from typing import Protocol

from pinegate.adapters.media.source import Address, Source
from pinegate.protocols.rtp import Rfc4571Splitter
from pinegate.usecases.streams.media_engine import Transport

UDP_RECEIVE_BUFFER = 4 << 20
TCP_RECEIVE_BUFFER = 1 << 20
DATAGRAMS_A_TURN = 128
CONNECT_ATTEMPTS = 5
CONNECT_PAUSE_S = 1.0
"""GB/T 28181-2022 annex D: at least three attempts, at least a second apart."""

_random = random.SystemRandom()  # a guessable port would help RTP injection (S17)


class NoPortError(Exception):
    """Every RTP port of this worker's range is taken."""


class Intake(Protocol):
    """A source's socket."""

    port: int

    def connect(self, remote: Address) -> None:
        """What the camera answered; only TCP active does something with it."""
        ...

    def close(self) -> None: ...


def open_intake(transport: Transport, source: Source, host: str, ports: list[int]) -> Intake:
    """A socket on a random one of ``ports``. Raises :class:`NoPortError` when none is free."""
    sock = _bind_random(transport, host, ports)
    match transport:
        case Transport.UDP:
            return UdpIntake(sock, source)
        case Transport.TCP_PASSIVE:
            return TcpPassiveIntake(sock, source)
        case Transport.TCP_ACTIVE:
            return TcpActiveIntake(sock, source)


def _bind_random(transport: Transport, host: str, ports: list[int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport is Transport.UDP else socket.SOCK_STREAM
    for port in _random.sample(ports, len(ports)):
        sock = socket.socket(family, kind | socket.SOCK_NONBLOCK)
        try:
            if kind is socket.SOCK_STREAM:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((host, port))
            if transport is Transport.TCP_PASSIVE:
                sock.listen(8)
        except OSError:
            sock.close()
            continue
        return sock
    raise NoPortError("every RTP port of this worker is in use: widen rtp_ports")


class UdpIntake:
    """One UDP port a source."""

    def __init__(self, sock: socket.socket, source: Source) -> None:
        self.port: int = sock.getsockname()[1]
        self._sock = sock
        self._source = source
        self._loop = asyncio.get_running_loop()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_RECEIVE_BUFFER)
        self._loop.add_reader(sock, self._on_readable)

    def connect(self, remote: Address) -> None:
        return None

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._sock.close()

    def _on_readable(self) -> None:
        receive, packet, now = self._sock.recvfrom, self._source.packet, self._loop.time()
        try:
            for _ in range(DATAGRAMS_A_TURN):
                datagram, sender = receive(65535)
                packet(datagram, sender[:2], now)
        except OSError:
            return  # nothing more to read, or the packet led to the closing of this source


class _TcpConnection:
    """One camera's connection, RFC 4571 inside."""

    def __init__(self, sock: socket.socket, source: Source, remote: Address) -> None:
        self._sock = sock
        self._source = source
        self._remote = remote
        self._splitter = Rfc4571Splitter(source.ssrc)
        self._loop = asyncio.get_running_loop()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, TCP_RECEIVE_BUFFER)
        self._loop.add_reader(sock, self._on_readable)

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._sock.close()

    def _on_readable(self) -> None:
        try:
            data = self._sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self._source.lost("the camera closed its connection")
            return
        now = self._loop.time()
        for frame in self._splitter.feed(data):
            self._source.packet(frame, self._remote, now)


class TcpPassiveIntake:
    """Listens; takes one connection, and only from a negotiated host."""

    def __init__(self, sock: socket.socket, source: Source) -> None:
        self.port: int = sock.getsockname()[1]
        self._sock = sock
        self._source = source
        self._connection: _TcpConnection | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._on_acceptable)

    def connect(self, remote: Address) -> None:
        return None

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._sock.close()
        if self._connection is not None:
            self._connection.close()

    def _on_acceptable(self) -> None:
        try:
            sock, remote = self._sock.accept()
        except OSError:
            return
        if self._connection is not None or not self._source.may_send(remote[0]):
            sock.close()
            self._source.refuse(remote[0], self._loop.time())
            return
        self._connection = _TcpConnection(sock, self._source, remote[:2])


class TcpActiveIntake:
    """Connects to the camera once it has answered, from the port that the SDP announced."""

    def __init__(self, sock: socket.socket, source: Source) -> None:
        self.port: int = sock.getsockname()[1]
        self._reserved: socket.socket | None = sock
        self._local: Address = sock.getsockname()[:2]
        self._source = source
        self._connection: _TcpConnection | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    def connect(self, remote: Address) -> None:
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect(remote))

    def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        if self._reserved is not None:
            self._reserved.close()
        if self._connection is not None:
            self._connection.close()

    async def _connect(self, remote: Address) -> None:
        for attempt in range(CONNECT_ATTEMPTS):
            if attempt:
                await asyncio.sleep(CONNECT_PAUSE_S)
            sock = self._next_socket()
            try:
                async with asyncio.timeout(CONNECT_PAUSE_S * 3):
                    await self._loop.sock_connect(sock, remote)
            except OSError:  # TimeoutError is one
                sock.close()
                continue
            except BaseException:
                sock.close()
                raise
            self._connection = _TcpConnection(sock, self._source, remote)
            return
        self._source.lost(f"the camera did not take our connection in {CONNECT_ATTEMPTS} attempts")

    def _next_socket(self) -> socket.socket:
        """The reserved socket first; a socket that failed to connect cannot be used again."""
        sock, self._reserved = self._reserved, None
        if sock is None:
            family = socket.AF_INET6 if ":" in self._local[0] else socket.AF_INET
            sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(self._local)
        return sock
