"""Sockets that media leaves by: UDP, TCP that we open, TCP that the platform opens (RFC 4571, RFC 4145)."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final, cast

from pinegate.protocols.media.rtp import frame

_ATTEMPTS: Final = 3
_ATTEMPT_PAUSE: Final = 1.0
"""GB/T 28181: a TCP connection is tried at least three times, at least a second apart."""

_CONNECT_TIME: Final = 5.0
_ACCEPT_TIME: Final = 15.0
_CONGESTED: Final = 2 << 20
"""Octets that wait in the process for a receiver that does not read."""


class ChannelError(Exception):
    """No media connection came about; the call is over."""


class UdpChannel:
    """RTP over UDP from a port of our own. What the receiver does not take is lost, as on any network."""

    def __init__(self, local_host: str) -> None:
        family = socket.AF_INET6 if ":" in local_host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((local_host, 0))
        self.refused = 0

    @property
    def port(self) -> int:
        return self._socket.getsockname()[1]

    @property
    def is_congested(self) -> bool:
        return False

    def connect(self, host: str, port: int) -> None:
        self._socket.connect((host, port))

    def send(self, packets: list[bytes]) -> None:
        send = self._socket.send
        for packet in packets:
            try:
                send(packet)
            except OSError:
                self.refused += 1

    def close(self) -> None:
        self._socket.close()


class TcpChannel(asyncio.Protocol):
    """RTP over one TCP connection. ``on_end`` is called when the platform closes it, not when we do."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: the transports of other event loops are none of asyncio's classes.
        stream = cast(asyncio.Transport, transport)
        if self._closed:
            stream.abort()
            return
        self._transport = stream

    def data_received(self, data: bytes) -> None:
        """RTCP may come back; it changes nothing here."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self._closed:
            self._closed = True
            self._on_end()

    @property
    def is_congested(self) -> bool:
        return self._transport is not None and self._transport.get_write_buffer_size() > _CONGESTED

    def send(self, packets: list[bytes]) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join([frame(packet) for packet in packets]))

    def close(self) -> None:
        self._closed = True
        if self._transport is not None:
            self._transport.abort()


async def connect(host: str, port: int, on_end: Callable[[], None]) -> TcpChannel:
    """Open the connection to the platform, trying three times; raises :class:`ChannelError`."""
    loop = asyncio.get_running_loop()
    for attempt in range(_ATTEMPTS):
        if attempt:
            await asyncio.sleep(_ATTEMPT_PAUSE)
        try:
            async with asyncio.timeout(_CONNECT_TIME):
                _, channel = await loop.create_connection(lambda: TcpChannel(on_end), host, port)
        except (OSError, TimeoutError):
            continue
        return channel
    raise ChannelError(f"no TCP connection to {host}:{port} in {_ATTEMPTS} attempts")


class TcpListener:
    """A port that takes one connection, from the platform's media address only."""

    def __init__(self, server: asyncio.Server, connected: asyncio.Future[TcpChannel]) -> None:
        self._server = server
        self._connected = connected

    @classmethod
    async def open(cls, local_host: str, expected_host: str, on_end: Callable[[], None]) -> "TcpListener":
        loop = asyncio.get_running_loop()
        connected: asyncio.Future[TcpChannel] = loop.create_future()

        class Incoming(TcpChannel):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                peer = transport.get_extra_info("peername")
                if connected.done() or not peer or peer[0] != expected_host:
                    self._closed = True
                super().connection_made(transport)
                if not self._closed:
                    connected.set_result(self)

        server = await loop.create_server(lambda: Incoming(on_end), local_host, 0)
        return cls(server, connected)

    @property
    def port(self) -> int:
        return self._server.sockets[0].getsockname()[1]

    async def accept(self) -> TcpChannel:
        """Wait for the platform; raises :class:`ChannelError` when it does not come."""
        try:
            async with asyncio.timeout(_ACCEPT_TIME):
                return await self._connected
        except TimeoutError:
            raise ChannelError("the platform did not open its TCP connection") from None
        finally:
            self.close()

    def close(self) -> None:
        self._server.close()
