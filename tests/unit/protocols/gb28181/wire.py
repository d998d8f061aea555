"""A network in memory: one upper platform, lower devices, a clock, and whatever loss a test wants."""

import heapq
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from pinegate.protocols.gb28181.lower.device import LowerDevice, LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import LowerEvent
from pinegate.protocols.gb28181.upper.config import DeviceAccount, UpperPlatformConfig
from pinegate.protocols.gb28181.upper.events import UpperEvent
from pinegate.protocols.gb28181.upper.platform import UpperPlatform
from pinegate.protocols.sip.flow import Flow, Transport

PLATFORM = "34100000002000000001"
DEVICE = "34100200001180000001"
CAMERA = "34100200001320000001"
DOMAIN = "3410000000"
PASSWORD = "Hs-Video@2020"

T = TypeVar("T")
Delay = Callable[[], float | None]
"""How long a datagram takes; ``None``: it is lost."""


def wall_time(now: float) -> datetime:
    return datetime(2026, 11, 22, 9, 30) + timedelta(seconds=now)


class Wire:
    """Everything is delivered in order of its time; ``sent`` keeps all bytes as (to platform?, data, device flow)."""

    def __init__(
        self,
        *,
        accounts: dict[str, DeviceAccount] | None = None,
        delay: Delay = lambda: 0.01,
        seed: int = 1,
        **settings: Any,
    ) -> None:
        self.now = 0.0
        self.random = random.Random(seed)
        self.delay = delay
        self.accounts = {DEVICE: DeviceAccount(PASSWORD)} if accounts is None else accounts
        config = UpperPlatformConfig(PLATFORM, DOMAIN, "10.20.0.5", **settings)
        self.platform = UpperPlatform(
            config,
            lambda code: self.accounts.get(code),
            random_bytes=self.random.randbytes,
            wall_time=wall_time,
        )
        self.devices: dict[Flow, LowerDevice] = {}
        self.sent: list[tuple[bool, bytes, Flow]] = []
        self.stray: list[tuple[bytes, Flow]] = []
        self.platform_events: list[UpperEvent] = []
        self.device_events: list[LowerEvent] = []
        self._air: list[tuple[float, int, bool, bytes, Flow]] = []
        self._order = count()

    def add_device(
        self,
        device_id: str = DEVICE,
        *,
        host: str = "10.20.1.8",
        port: int = 5060,
        transport: Transport = "udp",
        password: str = PASSWORD,
        **settings: Any,
    ) -> LowerDevice:
        platform = Flow(transport, "10.20.0.5", 5060)
        config = LowerDeviceConfig(device_id, PLATFORM, DOMAIN, platform, host, port, password, **settings)
        device = LowerDevice(config, random_bytes=self.random.randbytes, wall_time=wall_time)
        self.devices[Flow(transport, host, port)] = device
        return device

    def registered(self, **settings: Any) -> LowerDevice:
        """A device that has registered."""
        device = self.add_device(**settings)
        device.start(self.now)
        self.run(1)
        assert device.registered
        return device

    def to_platform(self, data: bytes, flow: Flow) -> list[bytes]:
        """Give the platform raw bytes; what it answers to that very flow."""
        self._collect()
        self.platform.receive_data(data, flow, self.now)
        self._read_bodies()
        answers = [sent.data for sent in self.platform.data_to_send() if sent.flow == flow]
        self._collect()
        return answers

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until = self.now + seconds
        while True:
            self._collect()
            due = [
                t
                for t in (self.platform.next_timer(), *(d.next_timer() for d in self.devices.values()))
                if t is not None
            ]
            if self._air:
                due.append(self._air[0][0])
            if not due or min(due) > until:
                self.now = until
                return
            self.now = max(self.now, min(due))
            self._deliver()
            for machine in (self.platform, *self.devices.values()):
                timer = machine.next_timer()
                if timer is not None and timer <= self.now:
                    machine.handle_timer(self.now)

    def _deliver(self) -> None:
        while self._air and self._air[0][0] <= self.now:
            _, _, up, data, flow = heapq.heappop(self._air)
            if up:
                self.platform.receive_data(data, flow, self.now)
            elif flow in self.devices:
                device = self.devices[flow]
                device.receive_data(data, device.config.platform, self.now)
            else:
                self.stray.append((data, flow))
            self._collect()

    def _collect(self) -> None:
        for data, flow in self.platform.data_to_send():
            self._post(False, data, flow)
        for flow, device in self.devices.items():
            for data, _ in device.data_to_send():
                self._post(True, data, flow)
            while (heard := device.next_event()) is not None:
                self.device_events.append(heard)
        self._read_bodies()
        while (event := self.platform.next_event()) is not None:
            self.platform_events.append(event)

    def _read_bodies(self) -> None:
        while (body := self.platform.next_body(self.now)) is not None:
            self.platform.body_read(body, body.read(), self.now)

    def _post(self, up: bool, data: bytes, flow: Flow) -> None:
        self.sent.append((up, data, flow))
        delay = self.delay() if flow.transport == "udp" else 0.01
        if delay is not None:
            heapq.heappush(self._air, (self.now + delay, next(self._order), up, data, flow))

    def events(self, kind: type[T]) -> list[T]:
        """Events of one kind so far, of both sides."""
        return [event for event in (*self.platform_events, *self.device_events) if isinstance(event, kind)]
