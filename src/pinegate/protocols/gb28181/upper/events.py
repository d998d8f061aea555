"""What an :class:`~pinegate.protocols.gb28181.upper.platform.UpperPlatform` tells its owner."""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.messages import Alarm, DeviceInfo, DeviceStatus, MobilePosition
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.flow import Flow


class OfflineReason(StrEnum):
    """Why a device is no longer there."""

    UNREGISTERED = "unregistered"
    KEEPALIVE_MISSED = "keepalive_missed"
    REGISTRATION_EXPIRED = "registration_expired"
    CONNECTION_LOST = "connection_lost"
    ACCOUNT_CHANGED = "account_changed"


class CallEndReason(StrEnum):
    """Why a call that was answered is over."""

    BYE = "bye"
    HUNG_UP = "hung_up"
    DEVICE_OFFLINE = "device_offline"


class Rejection(StrEnum):
    """Why a peer's request was refused."""

    NOT_REGISTERED = "not_registered"
    OTHER_SOURCE = "other_source"
    BAD_CREDENTIALS = "bad_credentials"
    WEAK_ALGORITHM = "weak_algorithm"
    BAD_ID = "bad_id"
    BAD_BODY = "bad_body"
    NO_DIALOG = "no_dialog"
    BAD_EXPIRES = "bad_expires"
    TOO_MANY_DEVICES = "too_many_devices"


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    """A REGISTER was accepted. ``fresh``: the device was not here before (query it); ``moved``: its flow changed.

    ``version``: the lower of both sides' ``X-GB-Ver`` (``2.0`` when the device says none). ``number``: for
    ``registration_kept``.
    """

    device_id: str
    flow: Flow
    expires: int
    version: str
    fresh: bool
    moved: bool
    number: int = 0


@dataclass(frozen=True, slots=True)
class DeviceMoved:
    """A NAT gave the device another port, at the same address; what was sent there was answered, and nothing at the
    old one.
    """

    device_id: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class DeviceOffline:
    """The device is gone; its calls, queries and subscription end with it."""

    device_id: str
    reason: OfflineReason


@dataclass(frozen=True, slots=True)
class CatalogProgress:
    """A packet of a catalogue came: ``received`` different items of ``total`` announced."""

    device_id: str
    sn: int
    received: int
    total: int


@dataclass(frozen=True, slots=True)
class CatalogCompleted:
    """A catalogue query ended. ``complete`` False: the device fell silent early, or has more items than we take
    (``over_limit``); never delete because of that. ``total``: what the device says that it has.
    """

    device_id: str
    sn: int
    items: tuple[CatalogItem, ...]
    complete: bool
    total: int
    over_limit: bool = False


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    """A NOTIFY: each item's ``event`` is ON, OFF, VLOST, DEFECT, ADD, UPDATE or DEL, as the device wrote it."""

    device_id: str
    items: tuple[CatalogItem, ...]


@dataclass(frozen=True, slots=True)
class CatalogHinted:
    """A NOTIFY that belongs to no subscription of ours (WVP's own replaces ours): something changed; ask again."""

    device_id: str


@dataclass(frozen=True, slots=True)
class SubscriptionChanged:
    """The catalogue subscription is ``active``, or is not (``status`` as SIP; 408 silence, 0 ended by the peer)."""

    device_id: str
    active: bool
    status: int


@dataclass(frozen=True, slots=True)
class DeviceInfoReceived:
    """The answer to ``query_device_info``."""

    device_id: str
    sn: int
    info: DeviceInfo


@dataclass(frozen=True, slots=True)
class DeviceStatusReceived:
    """The answer to ``query_device_status``."""

    device_id: str
    sn: int
    status: DeviceStatus


@dataclass(frozen=True, slots=True)
class QueryFailed:
    """A query got no answer. ``status``: SIP status; 408 silence; 480 the device is not registered."""

    device_id: str
    sn: int
    status: int


@dataclass(frozen=True, slots=True)
class ControlFinished:
    """A control was taken (``status`` 200) or not (SIP status, 408, 480)."""

    device_id: str
    sn: int
    status: int


@dataclass(frozen=True, slots=True)
class InviteAnswered:
    """The device accepts; we have sent ACK. ``answer``: its SDP, ``None`` when it sent none that can be read."""

    call: str
    answer: SessionDescription | None


@dataclass(frozen=True, slots=True)
class CallFailed:
    """No stream. ``status``: the device's (404, 486, 488 …), 408 silence or given up, 480 not registered."""

    call: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A call that was answered is over."""

    call: str
    reason: CallEndReason


@dataclass(frozen=True, slots=True)
class PlaybackEnded:
    """MediaStatus 121: the device has sent a recording to its end; hang up."""

    call: str


@dataclass(frozen=True, slots=True)
class AlarmReceived:
    """An alarm; it has been acknowledged."""

    device_id: str
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class PositionReceived:
    """A mobile device's position."""

    device_id: str
    position: MobilePosition


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """A request was refused; ``claimed_id`` is what its From says. For the security log, at most once a second."""

    method: str
    claimed_id: str
    flow: Flow
    reason: Rejection


UpperEvent = (
    DeviceRegistered
    | DeviceMoved
    | DeviceOffline
    | CatalogProgress
    | CatalogCompleted
    | CatalogChanged
    | CatalogHinted
    | SubscriptionChanged
    | DeviceInfoReceived
    | DeviceStatusReceived
    | QueryFailed
    | ControlFinished
    | InviteAnswered
    | CallFailed
    | CallEnded
    | PlaybackEnded
    | AlarmReceived
    | PositionReceived
    | MessageRejected
)
