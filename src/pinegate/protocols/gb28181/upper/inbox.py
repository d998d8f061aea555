"""What registered peers tell: MESSAGEs and NOTIFYs are read, answered and handed on."""

import re
from collections.abc import Callable

from pinegate.protocols.deviations import Deviation, DeviationBook
from pinegate.protocols.gb28181.upper.catalog_subscriptions import CatalogSubscriptions
from pinegate.protocols.gb28181.upper.config import UpperPlatformConfig
from pinegate.protocols.gb28181.upper.device_requests import DeviceRequests
from pinegate.protocols.gb28181.upper.events import (
    AlarmReceived,
    CatalogChanged,
    CatalogHinted,
    MessageRejected,
    PlaybackEnded,
    PositionReceived,
    Rejection,
    UpperEvent,
)
from pinegate.protocols.gb28181.upper.long_bodies import LONG_BODY, BodyRead, LongBodies, LongBody, read_body
from pinegate.protocols.gb28181.upper.outgoing_calls import OutgoingCalls
from pinegate.protocols.gb28181.upper.port_moves import PortMoves
from pinegate.protocols.gb28181.upper.registrar import Registrar, Registration
from pinegate.protocols.manscdp.messages import (
    Alarm,
    CatalogNotify,
    CatalogResponse,
    DeviceInfo,
    DeviceStatus,
    Keepalive,
    MediaStatus,
    Message,
    MobilePosition,
)
from pinegate.protocols.manscdp.xml import MalformedXml
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request

_END_OF_RECORDING = "121"  # GB/T 28181-2022 A.2.5.4
_OF_CATALOGUE = re.compile(rb"\bCmdType\W{1,3}Catalog\b")
Refuse = Callable[[Request, Flow, int, Rejection], None]


class Inbox:
    """``refuse`` answers and reports. ``deviations``: what peers do otherwise is counted there."""

    def __init__(
        self,
        config: UpperPlatformConfig,
        endpoint: SipEndpoint,
        registrar: Registrar,
        requests: DeviceRequests,
        subscriptions: CatalogSubscriptions,
        calls: OutgoingCalls,
        deviations: DeviationBook,
        emit: Callable[[UpperEvent], None],
        refuse: Refuse,
    ) -> None:
        self._config = config
        self._endpoint = endpoint
        self._registrar = registrar
        self._requests = requests
        self._subscriptions = subscriptions
        self._calls = calls
        self._deviations = deviations
        self._emit = emit
        self._refuse = refuse
        self._counters = endpoint.counters
        self._moves = PortMoves(endpoint, config.domain, requests.next_sn, self._moved)
        self.bodies = LongBodies(endpoint.schedule)

    def waits_or_is_too_much(self, request: Request, flow: Flow) -> bool:
        """Whether a request needs no more of us: its long body waits already, or its sender has no room left."""
        if len(request.body) <= LONG_BODY:
            return False
        if self.bodies.waits(request, flow):
            return True
        if self.bodies.has_room(request, flow):
            return False
        self._counters["over_budget"] += 1
        return True

    def body_read(self, body: LongBody, read: BodyRead, now: float) -> None:
        """What a long body holds. Its sender counts only if it is still there."""
        self.bodies.done(body, read, now)
        device = self._registrar.devices.get(body.device_id)
        if device is not None and device.flow == body.flow:
            self._take_body(device, body.request, body.flow, read, now)

    def notify(self, request: Request, flow: Flow, now: float) -> None:
        status, device_id = self._subscriptions.receive_notify(request, flow, now)
        if status == 481 and self._is_hint(request, flow):
            self._endpoint.reply(request, flow, 200, now)
            return
        if status != 200:
            self._refuse(request, flow, status, Rejection.NO_DIALOG)
            return
        if request.body:
            self._read(self._registrar.devices[device_id], request, flow, now)
        else:
            self._endpoint.reply(request, flow, 200, now)

    def _is_hint(self, request: Request, flow: Flow) -> bool:
        """Whether a NOTIFY outside our subscriptions comes from a device at its own flow, and is of its catalogue.

        What it says is not believed, for nothing shows that it is new and whole: it only makes us ask.
        """
        device = self._registrar.at(flow)
        if device is None or self._subscriptions.knows(request.call_id):
            return False
        claimed = self._registrar.devices.get(request.from_.user, device)
        if claimed.flow != flow or _OF_CATALOGUE.search(request.body) is None:
            return False
        self._deviations.note(claimed.device_id, Deviation.NOTIFY_OUTSIDE_SUBSCRIPTION)
        self._counters["notify_outside_subscription"] += 1
        self._emit(CatalogHinted(claimed.device_id))
        return True

    def message(self, request: Request, flow: Flow, now: float) -> None:
        device = self._sender(request, flow, now)
        if device is not None:
            self._read(device, request, flow, now)

    def _read(self, device: Registration, request: Request, flow: Flow, now: float) -> None:
        """A short body at once, a long one when its turn comes; the sender is answered when it was read."""
        limit = self._config.max_body_tcp if flow.transport == "tcp" else self._config.max_body_udp
        if len(request.body) <= LONG_BODY:
            self._take_body(device, request, flow, read_body(request.body, limit), now)
        else:
            self.bodies.put(LongBody(device.device_id, request, flow, limit))

    def _take_body(
        self, device: Registration, request: Request, flow: Flow, read: BodyRead, now: float
    ) -> None:
        message = read.message
        for deviation in read.deviations:
            self._deviations.note(device.device_id, deviation)
        if isinstance(message, MalformedXml):
            self._counters[f"xml_{message.fault}"] += 1
            self._endpoint.reply(request, flow, 400, now)
            self._emit(MessageRejected(request.method, device.device_id, flow, Rejection.BAD_BODY))
            return
        self._endpoint.reply(request, flow, 200, now)
        if request.method == "MESSAGE":
            self._handle(device, message, request, now)
        elif isinstance(message, CatalogNotify | CatalogResponse):
            # Some answer the Query inside SUBSCRIBE by a NOTIFY of the whole catalogue.
            self._emit(CatalogChanged(device.device_id, message.items))

    def _sender(self, request: Request, flow: Flow, now: float) -> Registration | None:
        """Who sent a MESSAGE: the device that registered from this very flow (S15).

        From may name a channel of the device (alarms of Hikvision do); a From that names another registered device,
        or anything from an unknown flow, is refused, so that a device that we forgot registers again.
        """
        claimed = request.from_.user
        device = self._registrar.devices.get(claimed)
        if device is None:
            device = self._registrar.at(flow)
            if device is None:
                self._refuse(request, flow, 403, Rejection.NOT_REGISTERED)
        elif device.flow != flow:
            self._refuse(request, flow, 403, Rejection.OTHER_SOURCE)
            self._moves.suspect(device, flow, now)
            device = None
        return device

    def _handle(self, device: Registration, message: Message, request: Request, now: float) -> None:
        device_id = device.device_id
        match message:
            case Keepalive():
                device.last_seen = now
            case CatalogResponse() | DeviceInfo() | DeviceStatus():
                if not self._requests.take(device_id, message, now):
                    self._counters["unasked_answer"] += 1
            case Alarm():
                self._emit(AlarmReceived(device_id, message))
                self._requests.acknowledge_alarm(device, message, now)
            case MobilePosition():
                self._emit(PositionReceived(device_id, message))
            case MediaStatus(notify_type=kind) if kind == _END_OF_RECORDING:
                if self._calls.device_of(request.call_id) == device_id:
                    self._emit(PlaybackEnded(request.call_id))
            case _:
                self._counters["unhandled_message"] += 1

    def _moved(self, device: Registration, flow: Flow, now: float) -> None:
        """A NAT gave a device another port, and it was proven."""
        if self._registrar.devices.get(device.device_id) is device:
            self._registrar.move(device, flow, now)
            self._deviations.note(device.device_id, Deviation.PORT_MOVED)
