"""The socket between a :class:`LowerDevice` and its platform: UDP, or a TCP connection opened anew when it is lost."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final, cast

from pinegate.protocols.gb28181.lower.device import LowerDevice
from pinegate.protocols.gb28181.lower.events import LowerEvent
from pinegate.protocols.sip.flow import Flow

_CONNECT_TIME: Final = 5.0
_UNREAD: Final = 4 << 20


def local_address_towards(host: str, port: int) -> str:
    """The address that the system would send from; nothing is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((host, port))
        return probe.getsockname()[0]


def free_port(host: str, transport: str) -> socket.socket:
    """A bound socket on a port of the system's choice; TCP: not listening, to connect from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    bound = socket.socket(family, kind)
    bound.setblocking(False)
    bound.bind((host, 0))
    return bound


class SipLink:
    """Feeds a device with bytes and time, and hands its events on. All in one event loop."""

    def __init__(self, device: LowerDevice, flow: Flow, on_event: Callable[[LowerEvent], None]) -> None:
        self._device = device
        self._flow = flow
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._stream: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._unsent: list[bytes] = []
        self._closed = False

    def now(self) -> float:
        return self._loop.time()

    async def open(self, bound: socket.socket) -> None:
        """Begin with a socket of ``free_port``. The first TCP connection is opened by the first bytes."""
        if self._flow.transport == "udp":
            self._datagrams, _ = await self._loop.create_datagram_endpoint(
                lambda: _Datagrams(self), sock=bound
            )
        else:
            bound.close()

    def pump(self) -> None:
        """Send, tell events and set the timer. To be called after every call on the device."""
        while not self._closed:
            for data, _ in self._device.data_to_send():
                self._send(data)
            event = self._device.next_event()
            if event is None:
                break
            self._on_event(event)
        if not self._closed:
            self._set_timer()

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._datagrams is not None:
            self._datagrams.close()
        if self._stream is not None:
            self._stream.close()

    def received(self, data: bytes, flow: Flow) -> None:
        if not self._closed:
            self._device.receive_data(data, flow, self.now())
            self.pump()

    def connected(self, transport: asyncio.Transport) -> None:
        self._stream = transport
        unsent, self._unsent = self._unsent, []
        transport.writelines(unsent)

    def lost(self) -> None:
        self._stream = None
        self._unsent.clear()
        if not self._closed:
            self._device.connection_lost(self._flow, self.now())
            self.pump()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        due = self._device.next_timer()
        self._timer = None if due is None else self._loop.call_at(due, self._timer_fired)

    def _timer_fired(self) -> None:
        self._device.handle_timer(self.now())
        self.pump()

    def _send(self, data: bytes) -> None:
        if self._datagrams is not None:
            self._datagrams.sendto(data, (self._flow.host, self._flow.port))
        elif self._stream is not None:
            if self._stream.get_write_buffer_size() > _UNREAD:
                self._stream.abort()
            else:
                self._stream.write(data)
        else:
            self._unsent.append(data)
            if self._connecting is None:
                self._connecting = self._loop.create_task(self._connect())

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(_CONNECT_TIME):
                await self._loop.create_connection(
                    lambda: _Stream(self, self._flow), self._flow.host, self._flow.port
                )
        except (OSError, TimeoutError):
            self._connecting = None
            self.lost()
        else:
            self._connecting = None


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, link: SipLink) -> None:
        self._link = link

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._link.received(data, Flow("udp", addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        """The platform's port is closed: the transaction times out by itself."""


class _Stream(asyncio.Protocol):
    def __init__(self, link: SipLink, flow: Flow) -> None:
        self._link = link
        self._flow = flow

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not isinstance: the transports of other event loops are none of asyncio's classes.
        stream = cast(asyncio.Transport, transport)
        self._link.connected(stream)

    def data_received(self, data: bytes) -> None:
        self._link.received(data, self._flow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._link.lost()
