"""A device or lower platform: registers with an upper platform and answers it. Sans-IO; our simulator is
one.

The owner feeds bytes and time and drains ``data_to_send()``, ``next_event()`` and ``next_timer()`` after
every call::

    device.start(now)
    for data, flow in device.data_to_send(): ...  # a datagram, or bytes for the TCP connection
    device.receive_data(data, flow, now)
    device.handle_timer(now)                      # when now >= device.next_timer()
    while (event := device.next_event()) is not None: ...
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import datetime

from pinegate.protocols.gb28181.lower.catalog_server import CatalogServer
from pinegate.protocols.gb28181.lower.config import LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import ControlReceived, LowerEvent, PtzReceived
from pinegate.protocols.gb28181.lower.incoming_calls import IncomingCalls
from pinegate.protocols.gb28181.lower.registration_client import RegistrationClient
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.codec import parse_message
from pinegate.protocols.manscdp.messages import (
    Control,
    DeviceInfo,
    DeviceStatus,
    Message,
    Query,
    ResultResponse,
)
from pinegate.protocols.manscdp.ptz import decode
from pinegate.protocols.manscdp.xml import MalformedXml
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.endpoint import Identity, RequestHandler, SipEndpoint
from pinegate.protocols.sip.flow import Flow, Transmit
from pinegate.protocols.sip.message import Request

__all__ = ["LowerDevice", "LowerDeviceConfig"]


class LowerDevice:
    """See the module. ``random_bytes(n)``: unpredictable bytes; ``wall_time(now)``: civil time (Beijing)
    at ``now``.
    """

    def __init__(
        self,
        config: LowerDeviceConfig,
        *,
        random_bytes: Callable[[int], bytes],
        wall_time: Callable[[float], datetime],
    ) -> None:
        self.config = config
        self._wall_time = wall_time
        self._events: deque[LowerEvent] = deque()
        self._sn = 0
        domain = config.device_id[:10] if config.domain == "" else config.domain
        identity = Identity(config.device_id, domain, config.local_host, config.local_port)
        endpoint = self._endpoint = SipEndpoint(identity, random_bytes, self._request)
        emit = self._events.append
        self._calls = IncomingCalls(endpoint, emit)
        self._catalog = CatalogServer(config, endpoint, emit, self._next_sn)
        self._registration = RegistrationClient(config, endpoint, emit, self._platform_lost, self._next_sn)
        self._handlers: dict[str, RequestHandler] = {
            "INVITE": self._calls.receive_invite,
            "ACK": self._calls.receive_ack,
            "BYE": self._calls.receive_bye,
            "CANCEL": self._calls.receive_cancel,
            "MESSAGE": self._message,
            "SUBSCRIBE": self._subscribe,
            "OPTIONS": self._options,
        }

    def start(self, now: float) -> None:
        """REGISTER, and stay registered (refresh, retry, keepalive) until ``stop``."""
        self._registration.start(now)

    def stop(self, now: float) -> None:
        """BYE all calls and log off (Expires 0); ends with :class:`Unregistered`."""
        self._calls.end_all("hung_up", now, bye=True)
        self._catalog.reset()
        self._registration.stop(now)

    def set_catalog(self, items: Sequence[CatalogItem]) -> None:
        """What Catalog queries get: items with ``device_id`` equal to ours, its channels, groups and
        regions.
        """
        self._catalog.set_items(items)

    def change_catalog(self, changes: Sequence[CatalogItem], now: float) -> None:
        """Apply changes (``event``: ON, OFF, ADD, UPDATE, DEL …) and NOTIFY them if the platform
        subscribed.
        """
        self._catalog.change(changes, now)

    def answer_invite(self, call: str, answer: SessionDescription, now: float) -> None:
        """200 with our SDP; ``CallConfirmed`` follows on ACK. Raises ``KeyError`` for a call that is not
        waiting.
        """
        self._calls.answer(call, answer, now)

    def reject_invite(self, call: str, status: int, now: float) -> None:
        """A final answer of 400–699. Raises ``KeyError`` for a call that is not waiting."""
        self._calls.reject(call, status, now)

    def hang_up(self, call: str, now: float) -> None:
        """BYE a confirmed call; without effect when it is over already."""
        self._calls.hang_up(call, now)

    def receive_data(self, data: bytes, flow: Flow, now: float) -> None:
        """One UDP datagram, or bytes from the TCP connection; whatever they are, nothing is raised."""
        self._endpoint.receive(data, flow, now)

    def connection_lost(self, flow: Flow, now: float) -> None:
        """The TCP connection ended or could not be opened: calls end, and we register again after a
        while.
        """
        self._endpoint.connection_lost(flow, now)
        self._registration.platform_gone("connection_lost", now)

    def next_timer(self) -> float | None:
        """When ``handle_timer`` wants to be called next."""
        return self._endpoint.next_timer()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._endpoint.handle_timer(now)

    def next_event(self) -> LowerEvent | None:
        """The oldest event not yet fetched, or ``None``."""
        return self._events.popleft() if self._events else None

    def data_to_send(self) -> list[Transmit]:
        """Everything to send since the last call, in order."""
        return self._endpoint.data_to_send()

    def flows_to_close(self) -> list[Flow]:
        """TCP connections whose stream is broken."""
        return self._endpoint.flows_to_close()

    @property
    def registered(self) -> bool:
        """True while the platform has us."""
        return self._registration.registered

    @property
    def counters(self) -> Counter[str]:
        """Faults of the peer by name."""
        return self._endpoint.counters

    def _next_sn(self) -> int:
        self._sn += 1
        return self._sn

    def _platform_lost(self, now: float) -> None:
        self._calls.end_all("platform_lost", now, bye=False)
        self._catalog.reset()

    def _request(self, request: Request, flow: Flow, now: float) -> None:
        if flow != self.config.platform:
            # Only our platform commands us (S15 seen from below).
            self.counters["not_our_platform"] += 1
            self._endpoint.refuse(request, flow, 403)
            return
        handler = self._handlers.get(request.method)
        if handler is None:  # RFC 3261 8.2.1
            self._endpoint.refuse(request, flow, 405, [("Allow", ", ".join(self._handlers))])
        else:
            handler(request, flow, now)

    def _options(self, request: Request, flow: Flow, now: float) -> None:
        self._endpoint.refuse(request, flow, 200, [("Allow", ", ".join(self._handlers))])

    def _subscribe(self, request: Request, flow: Flow, now: float) -> None:
        query = parse_message(request.body) if request.body else None
        if query is not None and not isinstance(query, Query):
            self._endpoint.reply(request, flow, 400, now)
            return
        self._catalog.subscribe(request, query, flow, now)

    def _message(self, request: Request, flow: Flow, now: float) -> None:
        message = parse_message(request.body)
        command = decode(message.ptz) if isinstance(message, Control) and message.ptz else None
        if isinstance(message, MalformedXml) or (
            isinstance(message, Control) and message.ptz and command is None
        ):
            self.counters["bad_body"] += 1
            self._endpoint.reply(request, flow, 400, now)
            return
        self._endpoint.reply(request, flow, 200, now)
        if isinstance(message, Query):
            self._answer(message, now)
        elif isinstance(message, Control):
            if command is not None:
                self._events.append(PtzReceived(message.device_id, command))
            if message.fields:
                self._events.append(ControlReceived(message.device_id, message.fields))

    def _answer(self, query: Query, now: float) -> None:
        config = self.config
        answer: Message
        if query.cmd_type == "Catalog":
            self._catalog.answer(query, now)
            return
        if query.cmd_type == "DeviceInfo":
            answer = DeviceInfo(
                query.sn,
                query.device_id,
                config.name,
                "OK",
                config.manufacturer,
                config.model,
                config.firmware,
                len(self._catalog),
            )
        elif query.cmd_type == "DeviceStatus":
            clock = self._wall_time(now).isoformat(timespec="seconds")[:19]
            answer = DeviceStatus(query.sn, query.device_id, "OK", "ONLINE", "OK", "ON", "OFF", clock)
        else:
            answer = ResultResponse(query.cmd_type, query.sn, query.device_id, "ERROR")
        self._catalog.queue(iter([answer]), now)
