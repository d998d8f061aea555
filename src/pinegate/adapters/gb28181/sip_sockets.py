"""SIP's sockets: UDP and TCP on one port (RFC 3261 section 18.2.1). Bytes by flow; no SIP is understood here."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from pinegate.protocols.sip.flow import Flow, Transmit

Received = tuple[bytes, Flow]
OnData = Callable[[Sequence[Received]], None]
OnLost = Callable[[Flow], None]

MAX_CONNECTIONS = 50_000
MAX_UNSENT = 4 * 1024 * 1024
"""Bytes that a TCP peer may leave unread before its connection is dropped: a stuck peer costs no memory."""
MAX_STRANGERS = 1_000
STRANGER_SECONDS = 60.0
"""A connection that proves no password is closed after this time, or when so many newer ones came."""
_DATAGRAMS_AT_ONCE = 64
_RECEIVE_BUFFER = 4 * 1024 * 1024
_BEHIND_SECONDS = 0.25
"""Datagrams that wait so long are about to be repeated (RFC 3261 17.1.1.1: T1 is 0.5 s)."""
_SO_TIMESTAMPNS = 35
"""Linux's, which Python does not name: the kernel tells when a datagram arrived (socket(7))."""
_TIMESPEC = struct.Struct("@ll")


class SipSockets:
    """Open with ``open``; feed ``send`` with what the protocol wants sent. ``counters``: what was dropped, by name."""

    def __init__(self, on_data: OnData, on_lost: OnLost, *, max_strangers: int = MAX_STRANGERS) -> None:
        self._on_data = on_data
        self._on_lost = on_lost
        self._max_strangers = max_strangers
        self._strangers: dict[Flow, float] = {}
        self._udp: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[Flow, asyncio.Transport] = {}
        self._waited = 0.0
        """How long the oldest datagram of the last turn had waited in the socket."""
        self.counters = {
            "connections_refused": 0,
            "strangers_closed": 0,
            "unread_dropped": 0,
            "datagrams_unsent": 0,
        }

    @property
    def connection_count(self) -> int:
        return len(self._connections)

    @property
    def behind(self) -> bool:
        """Whether datagrams wait so long that their senders lose patience."""
        return self._waited >= _BEHIND_SECONDS

    def trust(self, flow: Flow) -> None:
        """A device proved its password here: the connection may stay."""
        self._strangers.pop(flow, None)

    def close_old_strangers(self, now: float) -> None:
        """Called now and then: half-open and slow connections hold descriptors that devices need."""
        for flow, since in list(self._strangers.items()):
            if since + STRANGER_SECONDS > now:
                return
            self._turn_out(flow)

    async def open(self, host: str, port: int) -> int:
        """Bind both; answers the port (0 asks for a free one). Raises ``OSError`` when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _TcpPeer(self), host, port, backlog=1024)
        listening = self._server.sockets[0]
        address = listening.getsockname()
        udp = socket.socket(listening.family, socket.SOCK_DGRAM)
        udp.setblocking(False)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        udp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        try:
            udp.bind(address)
        except OSError:
            udp.close()
            self._server.close()
            raise
        self._udp = udp
        loop.add_reader(udp, self._read_datagrams, udp)
        return cast(int, address[1])

    async def close(self) -> None:
        if self._udp is not None:
            asyncio.get_running_loop().remove_reader(self._udp)
            self._udp.close()
            self._udp = None
        for transport in list(self._connections.values()):
            transport.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def send(self, transmits: Iterable[Transmit]) -> None:
        """Send each; what has no connection any more is dropped (the transaction will notice)."""
        for data, flow in transmits:
            if flow.transport == "udp":
                self._send_datagram(data, flow)
                continue
            connection = self._connections.get(flow)
            if connection is None:
                continue
            connection.write(data)
            if connection.get_write_buffer_size() > MAX_UNSENT:
                self.counters["unread_dropped"] += 1
                connection.abort()

    def hold(self, flow: Flow, held: bool) -> None:
        """Read no more from a connection, so that its peer waits, or read again."""
        connection = self._connections.get(flow)
        if connection is not None and not connection.is_closing():
            (connection.pause_reading if held else connection.resume_reading)()

    def disconnect(self, flow: Flow) -> None:
        connection = self._connections.get(flow)
        if connection is not None:
            connection.abort()

    def connected(self, flow: Flow, transport: asyncio.Transport) -> bool:
        """Take a connection in; False (and refused) when there are too many."""
        if len(self._connections) >= MAX_CONNECTIONS:
            self.counters["connections_refused"] += 1
            transport.abort()
            return False
        if len(self._strangers) >= self._max_strangers:
            self._turn_out(next(iter(self._strangers)))
        self._strangers[flow] = asyncio.get_running_loop().time()
        self._connections[flow] = transport
        return True

    def received(self, data: bytes, flow: Flow) -> None:
        self._on_data([(data, flow)])

    def _turn_out(self, flow: Flow) -> None:
        del self._strangers[flow]
        self.counters["strangers_closed"] += 1
        self.disconnect(flow)

    def lost(self, flow: Flow) -> None:
        self._strangers.pop(flow, None)
        if self._connections.pop(flow, None) is not None:
            self._on_lost(flow)

    def _read_datagrams(self, udp: socket.socket) -> None:
        """As many as are there, but not for ever: TCP and the timers have their turn too."""
        arrived: list[Received] = []
        for number in range(_DATAGRAMS_AT_ONCE):
            try:
                if number:
                    data, address = udp.recvfrom(65_536)
                else:
                    data, told, _, address = udp.recvmsg(65_536, 64)
                    self._waited = _waited(told)
            except BlockingIOError:
                break
            except OSError:
                # ICMP "port unreachable" of a device that went away: its transactions time out by themselves.
                continue
            arrived.append((data, Flow("udp", address[0], address[1])))
        if arrived:
            self._on_data(arrived)

    def _send_datagram(self, data: bytes, flow: Flow) -> None:
        """Nothing is queued: SIP repeats what the network loses, and our own buffer is part of the network."""
        if self._udp is None:
            return
        try:
            self._udp.sendto(data, (flow.host, flow.port))
        except OSError:
            self.counters["datagrams_unsent"] += 1


def _waited(told: list[tuple[int, int, bytes]]) -> float:
    """Seconds since the kernel took the datagram in."""
    for level, kind, data in told:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(data)
            return time.time() - seconds - nanoseconds / 1e9  # noqa: TID251 -- the kernel's clock
    return 0.0


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
