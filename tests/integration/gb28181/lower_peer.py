"""A lower platform on real sockets, for tests: the same sans-IO machine that the simulator uses."""

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from tests.waiting import HANGS_SECONDS

from pinegate.protocols.gb28181.lower.device import LowerDevice, LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import LowerEvent
from pinegate.protocols.sip.flow import Flow, Transport

E = TypeVar("E")
PLATFORM_ID = "34100000002000000001"
DEVICE_ID = "34100200002000000001"
PASSWORD = "Hs-Video@2020-long"


class Datagrams(asyncio.DatagramProtocol):
    """Each datagram goes to ``take``."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data)


class LowerPeer(asyncio.Protocol):
    """``await open(...)``, then drive ``device``; events are kept in order."""

    def __init__(self, transport: Transport, port: int, password: str = PASSWORD) -> None:
        self.events: list[LowerEvent] = []
        self._arrived = asyncio.Event()
        self._wire: asyncio.BaseTransport | None = None
        self._write: Callable[[bytes], None]
        self._timer: asyncio.TimerHandle | None = None
        self._upper = Flow(transport, "127.0.0.1", port)
        self._password = password
        self.withheld: list[bytes] | None = None
        """Set to a list, it takes what the device wants to send, for an attacker to use."""
        self.device: LowerDevice

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._upper.transport == "udp":
            address = (self._upper.host, self._upper.port)
            datagrams, _ = await loop.create_datagram_endpoint(
                lambda: Datagrams(self.data_received), local_addr=("127.0.0.1", 0)
            )
            self._wire, self._write = datagrams, lambda data: datagrams.sendto(data, address)
        else:
            stream, _ = await loop.create_connection(lambda: self, self._upper.host, self._upper.port)
            self._wire, self._write = stream, stream.write
        port = self._wire.get_extra_info("sockname")[1]
        config = LowerDeviceConfig(
            device_id=DEVICE_ID,
            platform_id=PLATFORM_ID,
            platform_domain=PLATFORM_ID[:10],
            platform=self._upper,
            local_host="127.0.0.1",
            local_port=port,
            password=self._password,
        )
        self.device = LowerDevice(config, random_bytes=os.urandom, wall_time=lambda _now: datetime.now(UTC))

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._wire is not None:
            self._wire.close()

    def do(self, act: Callable[[float], object]) -> None:
        """Call the machine with the present time and send what it wants sent."""
        act(asyncio.get_running_loop().time())
        self._pump()

    async def wait_for(self, kind: type[E], skip: int = 0) -> E:
        """The event of ``kind`` after ``skip`` earlier ones."""
        async with asyncio.timeout(HANGS_SECONDS):
            while True:
                found = [event for event in self.events if isinstance(event, kind)]
                if len(found) > skip:
                    return found[skip]
                self._arrived.clear()
                await self._arrived.wait()

    def data_received(self, data: bytes) -> None:
        self.do(lambda now: self.device.receive_data(data, self._upper, now))

    def send(self, data: bytes) -> None:
        """Any bytes, from the device's own address."""
        self._write(data)

    def release(self) -> None:
        """Send what was withheld, and withhold no more."""
        held, self.withheld = self.withheld or [], None
        for data in held:
            self.send(data)

    def _pump(self) -> None:
        while (event := self.device.next_event()) is not None:
            self.events.append(event)
            self._arrived.set()
        for data, _ in self.device.data_to_send():
            if self.withheld is None:
                self.send(data)
            else:
                self.withheld.append(data)
        if self._timer is not None:
            self._timer.cancel()
        due = self.device.next_timer()
        if due is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(due, lambda: self.do(self.device.handle_timer))
