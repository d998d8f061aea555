"""SIP's sockets: UDP and TCP on one port (RFC 3261 section 18.2.1). Bytes by flow; no SIP is understood here."""

import asyncio
from collections.abc import Callable, Iterable
from typing import cast

from pinegate.protocols.sip.flow import Flow, Transmit

OnData = Callable[[bytes, Flow], None]
OnLost = Callable[[Flow], None]

MAX_CONNECTIONS = 50_000
MAX_UNSENT = 4 * 1024 * 1024
"""Bytes that a TCP peer may leave unread before its connection is dropped: a stuck peer costs no memory."""


class SipSockets:
    """Open with ``open``; feed ``send`` with what the protocol wants sent."""

    def __init__(self, on_data: OnData, on_lost: OnLost) -> None:
        self._on_data = on_data
        self._on_lost = on_lost
        self._udp: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[Flow, asyncio.Transport] = {}
        self.refused_connections = 0

    async def open(self, host: str, port: int) -> int:
        """Bind both; answers the port (0 asks for a free one). Raises ``OSError`` when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _TcpPeer(self), host, port, backlog=1024)
        bound = cast(int, self._server.sockets[0].getsockname()[1])
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _UdpPeers(self._on_data), local_addr=(host, bound)
            )
        except OSError:
            self._server.close()
            raise
        self._udp = transport
        return bound

    async def close(self) -> None:
        if self._udp is not None:
            self._udp.close()
        for transport in list(self._connections.values()):
            transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def send(self, transmits: Iterable[Transmit]) -> None:
        """Send each; what has no connection any more is dropped (the transaction will notice)."""
        for data, flow in transmits:
            if flow.transport == "udp":
                if self._udp is not None:
                    self._udp.sendto(data, (flow.host, flow.port))
                continue
            connection = self._connections.get(flow)
            if connection is None:
                continue
            connection.write(data)
            if connection.get_write_buffer_size() > MAX_UNSENT:
                connection.abort()

    def disconnect(self, flow: Flow) -> None:
        connection = self._connections.get(flow)
        if connection is not None:
            connection.abort()

    def connected(self, flow: Flow, transport: asyncio.Transport) -> bool:
        """Take a connection in; False (and refused) when there are too many."""
        if len(self._connections) >= MAX_CONNECTIONS:
            self.refused_connections += 1
            transport.abort()
            return False
        self._connections[flow] = transport
        return True

    def received(self, data: bytes, flow: Flow) -> None:
        self._on_data(data, flow)

    def lost(self, flow: Flow) -> None:
        if self._connections.pop(flow, None) is not None:
            self._on_lost(flow)


class _UdpPeers(asyncio.DatagramProtocol):
    def __init__(self, on_data: OnData) -> None:
        self._on_data = on_data

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._on_data(data, Flow("udp", addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        # ICMP "port unreachable" of a device that went away: its transactions time out by themselves.
        return


class _TcpPeer(asyncio.Protocol):
    def __init__(self, sockets: SipSockets) -> None:
        self._sockets = sockets
        self._flow: Flow | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        host, port = transport.get_extra_info("peername")[:2]
        flow = Flow("tcp", host, port)
        if self._sockets.connected(flow, cast(asyncio.Transport, transport)):
            self._flow = flow

    def data_received(self, data: bytes) -> None:
        if self._flow is not None:
            self._sockets.received(data, self._flow)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._flow is not None:
            self._sockets.lost(self._flow)
