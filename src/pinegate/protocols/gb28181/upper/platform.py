"""The upper platform: devices and lower platforms register with it; it queries, subscribes, invites, controls.

Sans-IO. The owner has the sockets (UDP and TCP on one port) and the clock, and drains ``data_to_send()``,
``flows_to_close()``, ``next_event()`` and ``next_timer()`` after every call::

    platform.receive_data(data, Flow("udp", host, port), now)
    platform.handle_timer(now)  # when now >= platform.next_timer()
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime

from pinegate.protocols.deviations import Deviation, DeviationBook
from pinegate.protocols.gb28181.upper.admission import Admission
from pinegate.protocols.gb28181.upper.catalog_subscriptions import CatalogSubscriptions
from pinegate.protocols.gb28181.upper.config import AccountLookup, UpperPlatformConfig
from pinegate.protocols.gb28181.upper.device_requests import DeviceRequests
from pinegate.protocols.gb28181.upper.events import (
    CallFailed,
    DeviceMoved,
    DeviceOffline,
    DeviceRegistered,
    MessageRejected,
    Rejection,
    UpperEvent,
)
from pinegate.protocols.gb28181.upper.inbox import Inbox
from pinegate.protocols.gb28181.upper.long_bodies import BodyRead, LongBody
from pinegate.protocols.gb28181.upper.outgoing_calls import OutgoingCalls
from pinegate.protocols.gb28181.upper.registrar import KeptRegistration, Registrar
from pinegate.protocols.manscdp.catalog import is_code
from pinegate.protocols.manscdp.codec import CONTENT_TYPE
from pinegate.protocols.manscdp.messages import (
    Control,
)
from pinegate.protocols.manscdp.ptz import PtzInstruction
from pinegate.protocols.manscdp.ptz import encode as encode_ptz
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.endpoint import Identity, RequestHandler, SipEndpoint
from pinegate.protocols.sip.faults import printable
from pinegate.protocols.sip.flow import Flow, Transmit
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.nonces import NonceBook
from pinegate.protocols.sip.parser import Limits

ALLOW = "REGISTER, MESSAGE, NOTIFY, BYE, OPTIONS"
_STRANGER_LIMITS = Limits(head=8_192, body=4_096)
"""On TCP before a REGISTER succeeds: enough for that, and little to keep for each of many idle attackers."""


class UpperPlatform:
    """See the module. ``random_bytes(n)``: unpredictable bytes; ``wall_time(now)``: civil time (Beijing) at ``now``.

    Every method that starts something answers by events; what a peer does wrong is an event or a counter, never an
    exception. Only our own misuse raises (``ValueError``).
    """

    def __init__(
        self,
        config: UpperPlatformConfig,
        lookup: AccountLookup,
        *,
        random_bytes: Callable[[int], bytes],
        wall_time: Callable[[float], datetime],
    ) -> None:
        self.config = config
        self._events: deque[UpperEvent] = deque()
        identity = Identity(config.platform_id, config.domain, config.host, config.port)
        endpoint = self._endpoint = SipEndpoint(
            identity,
            random_bytes,
            self._request,
            limits=Limits(body=config.max_body_udp),
            stranger_limits=_STRANGER_LIMITS,
        )
        nonces = NonceBook(random_bytes, config.nonce_lifetime)
        self._admission = Admission(config, nonces, lookup)
        self._registrar = Registrar(
            config, endpoint, lookup, nonces, self._admission, wall_time, self._registration_event
        )
        self._requests = DeviceRequests(config, endpoint, self._registrar.devices, self._events.append)
        self._subscriptions = CatalogSubscriptions(
            endpoint,
            self._events.append,
            config.domain,
            config.subscription_expires,
            self._requests.next_sn,
        )
        self._calls = OutgoingCalls(endpoint, self._events.append, config.domain, config.invite_timeout)
        self._deviations = DeviationBook(lambda device_id: lookup(device_id) is not None)
        self._inbox = Inbox(
            config,
            endpoint,
            self._registrar,
            self._requests,
            self._subscriptions,
            self._calls,
            self._deviations,
            self._events.append,
            self._reject,
        )
        self._offline: list[str] = []
        self._handlers: dict[str, RequestHandler] = {
            "REGISTER": self._register,
            "MESSAGE": self._inbox.message,
            "NOTIFY": self._inbox.notify,
            "BYE": self._bye,
            "CANCEL": self._cancel,
            "OPTIONS": self._options,
        }

    # What the owner feeds and drains.

    def receive_data(self, data: bytes, flow: Flow, now: float) -> None:
        """One UDP datagram, or bytes of one TCP connection; whatever they are, nothing is raised."""
        trusted = flow.transport == "tcp" or self._registrar.at(flow) is not None
        if trusted or self._admission.admits_datagram(data, flow, now):
            self._endpoint.receive(data, flow, now)
        else:
            self.counters["over_rate"] += 1

    def connection_lost(self, flow: Flow, now: float) -> None:
        """A TCP connection ended: the devices on it are offline."""
        self._endpoint.connection_lost(flow, now)
        self._registrar.connection_lost(flow)
        self._inbox.bodies.connection_lost(flow)
        self._drop_offline(now)

    def next_timer(self) -> float | None:
        """When ``handle_timer`` wants to be called next."""
        return self._endpoint.next_timer()

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self._endpoint.handle_timer(now)
        self._drop_offline(now)

    def next_event(self) -> UpperEvent | None:
        """The oldest event not yet fetched, or ``None``."""
        return self._events.popleft() if self._events else None

    def data_to_send(self) -> list[Transmit]:
        """Everything to send since the last call, in order."""
        return self._endpoint.data_to_send()

    def flows_to_close(self) -> list[Flow]:
        """TCP connections that the owner is to close (and then to report by ``connection_lost``)."""
        return self._endpoint.flows_to_close()

    def next_body(self, now: float) -> LongBody | None:
        """A body to ``read`` where it delays nobody; ``body_read`` takes what it holds."""
        return self._inbox.bodies.next(now)

    def body_read(self, body: LongBody, read: BodyRead, now: float) -> None:
        """What a long body holds. Its sender counts only if it is still there."""
        self._inbox.body_read(body, read, now)

    def flows_to_hold(self) -> list[tuple[Flow, bool]]:
        """TCP connections that the owner is to read no more for a while (True), or again (False)."""
        return self._inbox.bodies.holds()

    @property
    def counters(self) -> Counter[str]:
        """Faults of peers by name since the start; names are ours, so their number is bounded."""
        return self._endpoint.counters

    @property
    def device_count(self) -> int:
        """Devices registered now."""
        return len(self._registrar.devices)

    def flow_of(self, device_id: str) -> Flow | None:
        """Where a device is registered, or ``None``."""
        device = self._registrar.devices.get(device_id)
        return None if device is None else device.flow

    def heard_since(self, since: float) -> list[str]:
        """Devices that registered or kept alive after ``since``."""
        return [device.device_id for device in self._registrar.devices.values() if device.last_seen > since]

    def deviations_of(self, device_id: str) -> Mapping[Deviation, int]:
        """What a device does otherwise than the standards say, and how often it did since the start."""
        return self._deviations.of(device_id)

    def note_deviation(self, device_id: str, deviation: Deviation) -> None:
        """What only the owner could see."""
        self._deviations.note(device_id, deviation)

    def drop_strangers(self, now: float) -> None:
        """Accounts changed: devices whose account is gone, or has another password, must register anew."""
        self._registrar.drop_strangers()
        self._deviations.forget_strangers()
        self._drop_offline(now)

    def registration_kept(self, number: int, kept: bool, now: float) -> None:
        """A registration is where it survives us (or cannot be kept): the device is answered 200 (or 503)."""
        self._registrar.kept(number, kept, now)

    def restore(self, kept: KeptRegistration, now: float) -> bool:
        """The device is here as it was before a restart, with no word of its own; False where that is over."""
        return self._registrar.restore(kept, now)

    def set_overloaded(self, overloaded: bool) -> None:
        """Data waits so long that devices repeat it: new registrations are put off (503 with Retry-After)."""
        self._registrar.overloaded = overloaded

    # What the owner asks for.

    def query_catalog(self, device_id: str, now: float, scope_id: str = "") -> int:
        """Ask for the catalogue (``scope_id``: of one region or group); SN. Ends by CatalogCompleted or QueryFailed."""
        return self._requests.query_catalog(device_id, _code(scope_id or device_id), now)

    def query_device_info(self, device_id: str, now: float) -> int:
        """Ask who a device is; SN. Ends by DeviceInfoReceived or QueryFailed."""
        return self._requests.query("DeviceInfo", device_id, now)

    def query_device_status(self, device_id: str, now: float) -> int:
        """Ask how a device is; SN. Ends by DeviceStatusReceived or QueryFailed."""
        return self._requests.query("DeviceStatus", device_id, now)

    def subscribe_catalog(self, device_id: str, now: float) -> None:
        """Keep a catalogue subscription until the device is offline; SubscriptionChanged tells how it goes."""
        device = self._registrar.devices.get(device_id)
        if device is not None:
            self._subscriptions.subscribe(device, now)

    def unsubscribe_catalog(self, device_id: str, now: float) -> None:
        """End the catalogue subscription."""
        self._subscriptions.cancel(device_id, now)

    def control_ptz(
        self,
        device_id: str,
        channel_id: str,
        command: PtzInstruction,
        now: float,
        priority: int | None = None,
    ) -> int:
        """Send one PTZ command (GB/T 28181-2022 A.3) to a channel; SN. ControlFinished tells whether the device
        took it.
        """
        control = Control(self._requests.next_sn(), _code(channel_id), encode_ptz(command), priority)
        return self._requests.control(device_id, control, now)

    def request_key_frame(self, device_id: str, channel_id: str, now: float) -> int:
        """Ask a channel for a key frame (GB/T 28181-2022 A.2.3.1.7); SN. Devices that do not know the command
        ignore it. In both spellings: the 2016 text has ``IFameCmd``, and so have most devices; that of 2022 put it
        right.
        """
        fields = (("IFameCmd", "Send"), ("IFrameCmd", "Send"))
        control = Control(self._requests.next_sn(), _code(channel_id), fields=fields)
        return self._requests.control(device_id, control, now)

    def invite(self, device_id: str, channel_id: str, offer: SessionDescription, now: float) -> str:
        """Ask a channel for a stream; the call's name. InviteAnswered or CallFailed follows."""
        device = self._registrar.devices.get(device_id)
        if device is not None:
            return self._calls.invite(device, _code(channel_id), offer, now)
        call = self._endpoint.token()
        self._events.append(CallFailed(call, 480, "The device is not registered"))
        return call

    def hang_up(self, call: str, now: float) -> None:
        """CANCEL or BYE, whichever is due; without effect when the call is over. CallEnded follows at once."""
        self._calls.hang_up(call, now)

    # Requests of peers.

    def _request(self, request: Request, flow: Flow, now: float) -> None:
        stranger = flow.transport == "tcp" and self._registrar.at(flow) is None
        if stranger and not self._admission.admits_request(request, flow, now):
            self.counters["over_rate"] += 1
            return
        if self._inbox.waits_or_is_too_much(request, flow):
            return
        required = request.headers.all("require")
        if required and request.method not in ("ACK", "CANCEL"):  # RFC 3261 8.2.2.3: we know no extension
            self._endpoint.refuse(request, flow, 420, [("Unsupported", ", ".join(required))])
            return
        sender = self._registrar.at(flow)
        if sender is not None:
            for deviation in request.deviations:
                self._deviations.note(sender.device_id, deviation)
        elif Deviation.CONTENT_LENGTH_TOO_LONG in request.deviations:  # RFC 3261 18.3
            self._endpoint.refuse(request, flow, 400)
            return
        handler = self._handlers.get(request.method)
        if handler is not None:
            handler(request, flow, now)
        elif request.method != "ACK":  # RFC 3261 8.2.1
            self._endpoint.refuse(request, flow, 405, [("Allow", ALLOW)])

    def _register(self, request: Request, flow: Flow, now: float) -> None:
        self._registrar.register(request, flow, now)
        self._drop_offline(now)

    def _options(self, request: Request, flow: Flow, now: float) -> None:
        self._endpoint.refuse(
            request, flow, 200, [("Allow", ALLOW), ("Accept", f"{CONTENT_TYPE}, application/sdp")]
        )

    def _bye(self, request: Request, flow: Flow, now: float) -> None:
        if not self._calls.receive_bye(request, flow, now):
            self._reject(request, flow, 481, Rejection.NO_DIALOG)

    def _cancel(self, request: Request, flow: Flow, now: float) -> None:
        """We accept no INVITE, so there is nothing that a CANCEL could mean."""
        self._reject(request, flow, 481, Rejection.NO_DIALOG)

    def _reject(self, request: Request, flow: Flow, status: int, reason: Rejection) -> None:
        self.counters[reason.value] += 1
        self._events.append(MessageRejected(request.method[:32], printable(request.from_.user), flow, reason))
        self._endpoint.refuse(request, flow, status)

    # Devices that come, move and go.

    def _registration_event(self, event: UpperEvent) -> None:
        self._events.append(event)
        if isinstance(event, DeviceMoved) or (isinstance(event, DeviceRegistered) and event.moved):
            device = self._registrar.devices[event.device_id]
            self._calls.move_device(device)
            self._subscriptions.move_device(device)
        elif isinstance(event, DeviceOffline):
            self._offline.append(event.device_id)

    def _drop_offline(self, now: float) -> None:
        """End what belonged to devices that went offline in this step."""
        while self._offline:
            device_id = self._offline.pop()
            self._calls.drop_device(device_id, now)
            self._subscriptions.drop_device(device_id)
            self._requests.drop_device(device_id)


def _code(text: str) -> str:
    """A code that may stand in an address; ours to check before it is sent."""
    if not is_code(text):
        raise ValueError("a code has 1 to 64 letters, digits, dots, dashes or underscores")
    return text
