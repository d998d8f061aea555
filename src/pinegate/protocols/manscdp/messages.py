"""The messages that we speak, as frozen values. ``sn`` pairs a Response with its Query; ``device_id`` as
sent. Sections without a name: GB/T 28181-2022.
"""

from dataclasses import dataclass

from pinegate.protocols.manscdp.catalog import CatalogItem


@dataclass(frozen=True, slots=True)
class Query:
    """Any Query (A.2.4); ``cmd_type``: Catalog (A.2.4.3), DeviceInfo (A.2.4.4), DeviceStatus (A.2.4.2), and those we
    do not answer yet.
    """

    cmd_type: str
    sn: int
    device_id: str


@dataclass(frozen=True, slots=True)
class Keepalive:
    """Sent every minute by the lower side (A.2.5.2). ``status``: OK or ERROR."""

    sn: int
    device_id: str
    status: str = "OK"


@dataclass(frozen=True, slots=True)
class CatalogResponse:
    """One of many packets (A.2.6.4): ``sum_num`` items in all, ``items`` of this packet, ``skipped`` of it without
    code.
    """

    sn: int
    device_id: str
    sum_num: int
    items: tuple[CatalogItem, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class CatalogNotify:
    """Changes inside a subscription (9.11.4); each item has its ``event``."""

    sn: int
    device_id: str
    sum_num: int
    items: tuple[CatalogItem, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Response to DeviceInfo (A.2.6.5). ``channel``: how many channels."""

    sn: int
    device_id: str
    name: str = ""
    result: str = "OK"
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """Response to DeviceStatus (A.2.6.6). ``online``: ONLINE or OFFLINE; the others as sent (OK, ON, OFF, a
    civil time).
    """

    sn: int
    device_id: str
    result: str = "OK"
    online: str = ""
    status: str = ""
    encode: str = ""
    record: str = ""
    device_time: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """DeviceControl (A.2.3.1). ``ptz``: sixteen hexadecimal digits or empty; ``priority`` of the operator;
    ``fields``: the rest.
    """

    sn: int
    device_id: str
    ptz: str = ""
    priority: int | None = None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm; ``method`` and ``kind`` are the numbers of the standard (A.2.5.3), 0 when not said."""

    sn: int
    device_id: str
    priority: int
    method: int
    kind: int = 0
    time: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MobilePosition:
    """Where something is (A.2.5.6): WGS-84 degrees; the 2022 list form gives one of these for each entry."""

    sn: int
    device_id: str
    longitude: float
    latitude: float
    time: str = ""
    speed: float | None = None
    direction: float | None = None


@dataclass(frozen=True, slots=True)
class MediaStatus:
    """A.2.5.4. ``notify_type`` 121: the recording was sent to its end."""

    sn: int
    device_id: str
    notify_type: str


@dataclass(frozen=True, slots=True)
class ResultResponse:
    """A Response that only says OK or ERROR (controls with answer: A.2.6.2; alarms: A.2.6.3; subscriptions)."""

    cmd_type: str
    sn: int
    device_id: str
    result: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Well-formed, but nothing that we handle. ``root``: Query, Control, Notify or Response."""

    root: str
    cmd_type: str
    sn: int
    device_id: str


Message = (
    Query
    | Keepalive
    | CatalogResponse
    | CatalogNotify
    | DeviceInfo
    | DeviceStatus
    | Control
    | Alarm
    | MobilePosition
    | MediaStatus
    | ResultResponse
    | Unknown
)
