"""The sockets that RTP comes in by: UDP, TCP where we listen, TCP where we connect.

Each reads straight from a non-blocking socket when the event loop says so, and hands every packet to its
:class:`Source`; a read loop ends after a bounded number of packets so that no camera starves the others.
"""

import asyncio
import random
import socket
from collections.abc import Callable
from typing import Protocol

from pinegate.adapters.media.source import Address, Source
from pinegate.protocols.media.rtp import Rfc4571Splitter
from pinegate.usecases.streams.media_engine import Transport

UDP_RECEIVE_BUFFER = 4 << 20
TCP_RECEIVE_BUFFER = 1 << 20
DATAGRAMS_A_TURN = 128
MOST_CANDIDATES = 4
"""Connections that may stand at a passive port until one of them has sent the camera's packets."""
CONNECT_ATTEMPTS = 5
CONNECT_PAUSE_SECONDS = 1.0
"""GB/T 28181-2022 annex D: at least three attempts, at least a second apart."""

_CLOSED = "the camera closed its connection"
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
    """One peer's connection, RFC 4571 inside. ``on_read`` is told after each read, ``on_closed`` when the peer left."""

    def __init__(
        self,
        sock: socket.socket,
        source: Source,
        remote: Address,
        on_closed: Callable[["_TcpConnection"], None],
        on_read: Callable[["_TcpConnection"], None] = lambda _: None,
    ) -> None:
        self.remote = remote
        self._sock = sock
        self._source = source
        self._on_closed = on_closed
        self._on_read = on_read
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
            self._on_closed(self)
            return
        now = self._loop.time()
        for frame in self._splitter.feed(data):
            self._source.packet(frame, self.remote, now)
        self._on_read(self)


class TcpPassiveIntake:
    """Listens, for negotiated hosts only. Who connects first is not yet the camera: who sends its packets first is.

    Otherwise anybody at the camera's address (behind the same NAT, say) could take the port by being faster (S17).
    """

    def __init__(self, sock: socket.socket, source: Source) -> None:
        self.port: int = sock.getsockname()[1]
        self._sock = sock
        self._source = source
        self._candidates: list[_TcpConnection] = []
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock, self._on_acceptable)

    def connect(self, remote: Address) -> None:
        return None

    def close(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock)
            self._sock.close()
        while self._candidates:
            self._candidates.pop().close()

    def _on_acceptable(self) -> None:
        try:
            sock, remote = self._sock.accept()
        except OSError:
            return
        if self._source.sender is not None or not self._source.may_send(remote[0]):
            sock.close()
            self._source.refuse(remote[0], self._loop.time())
            return
        if len(self._candidates) >= MOST_CANDIDATES:
            self._candidates.pop(0).close()
            self._source.refuse(remote[0], self._loop.time())
        self._candidates.append(
            _TcpConnection(sock, self._source, remote[:2], self._on_closed, self._on_read)
        )

    def _on_read(self, connection: _TcpConnection) -> None:
        if self._source.sender != connection.remote or len(self._candidates) == 1:
            return
        for other in [other for other in self._candidates if other is not connection]:
            other.close()
            self._candidates.remove(other)
            self._source.refuse(other.remote[0], self._loop.time())

    def _on_closed(self, connection: _TcpConnection) -> None:
        if connection in self._candidates:
            self._candidates.remove(connection)
        if self._source.sender == connection.remote:
            self._source.lost(_CLOSED)


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
                await asyncio.sleep(CONNECT_PAUSE_SECONDS)
            sock = self._next_socket()
            try:
                async with asyncio.timeout(CONNECT_PAUSE_SECONDS * 3):
                    await self._loop.sock_connect(sock, remote)
            except OSError:  # TimeoutError is one
                sock.close()
                continue
            except BaseException:
                sock.close()
                raise
            self._connection = _TcpConnection(
                sock, self._source, remote, lambda _: self._source.lost(_CLOSED)
            )
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
