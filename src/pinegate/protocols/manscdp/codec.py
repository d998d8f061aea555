"""MANSCDP bodies ⇄ messages. Sections without a name: GB/T 28181-2022."""

from collections.abc import Callable, Iterable

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.catalog_codec import parse_item, serialise_item
from pinegate.protocols.manscdp.messages import (
    Alarm,
    CatalogNotify,
    CatalogResponse,
    Control,
    DeviceInfo,
    DeviceStatus,
    Keepalive,
    MediaStatus,
    Message,
    MobilePosition,
    Query,
    ResultResponse,
    Unknown,
)
from pinegate.protocols.manscdp.xml import (
    MAX_BYTES,
    Element,
    MalformedXml,
    decimal,
    escape,
    number,
    own_text,
    parse_xml,
    text_of,
)

CONTENT_TYPE = "Application/MANSCDP+xml"
ENCODINGS = ("GB18030", "GB2312", "UTF-8")
_ROOTS = {name.lower(): name for name in ("Query", "Control", "Notify", "Response")}


def parse_message(
    body: bytes, max_bytes: int = MAX_BYTES, noted: set[Deviation] | None = None
) -> Message | MalformedXml:
    """One body, or its fault as a value; never raises. ``max_bytes``: raise it only for catalogues over TCP.
    ``noted``: gets what was overlooked.
    """
    noted = set() if noted is None else noted
    root = parse_xml(body, max_bytes, noted)
    if isinstance(root, MalformedXml):
        return root
    tag = _ROOTS.get(root.tag.lower())
    if tag is None:
        return MalformedXml("root")
    if tag != root.tag:
        noted.add(Deviation.LOWER_CASE_ROOT)
    cmd_type = text_of(root, "CmdType")
    sn = number(text_of(root, "SN"))
    device_id = text_of(root, "DeviceID")
    if not cmd_type or len(device_id) > 64:
        return MalformedXml("fields")
    sn = 0 if sn is None else sn
    if tag == "Query":  # A.2.4
        return Query(cmd_type, sn, device_id)
    if tag == "Control" and cmd_type == "DeviceControl":  # A.2.3.1
        return _control(root, sn, device_id)
    if cmd_type == "Catalog" and tag in _CATALOGS:
        return _CATALOGS[tag](root, sn, device_id, noted)
    parser = _PARSERS.get((tag, cmd_type))
    if parser is not None:
        return parser(root, sn, device_id)
    result = text_of(root, "Result")
    if tag == "Response" and result:
        return ResultResponse(cmd_type, sn, device_id, result)
    return Unknown(tag, cmd_type, sn, device_id)


def _keepalive(root: Element, sn: int, device_id: str) -> Message:
    return Keepalive(sn, device_id, text_of(root, "Status") or "OK")


def _items(root: Element, noted: set[Deviation]) -> tuple[tuple[CatalogItem, ...], int]:
    """The items, and how many could not be used."""
    listed = root.find("DeviceList")
    if listed is None:
        return (), 0
    parsed = [parse_item(child, noted) for child in listed if child.tag == "Item"]
    items = tuple(item for item in parsed if item is not None)
    return items, len(parsed) - len(items)


def _catalog_response(root: Element, sn: int, device_id: str, noted: set[Deviation]) -> Message:
    items, skipped = _items(root, noted)
    if not items and root.find("SumNum") is None and (result := text_of(root, "Result")):
        return ResultResponse("Catalog", sn, device_id, result)
    total = number(text_of(root, "SumNum"))
    total = len(items) + skipped if total is None else max(total, 0)
    return CatalogResponse(sn, device_id, total, items, skipped)


def _catalog_notify(root: Element, sn: int, device_id: str, noted: set[Deviation]) -> Message:
    items, _ = _items(root, noted)
    total = number(text_of(root, "SumNum"))
    return CatalogNotify(sn, device_id, len(items) if total is None else max(total, 0), items)


def _device_info(root: Element, sn: int, device_id: str) -> Message:
    return DeviceInfo(
        sn,
        device_id,
        text_of(root, "DeviceName"),
        text_of(root, "Result"),
        text_of(root, "Manufacturer"),
        text_of(root, "Model"),
        text_of(root, "Firmware"),
        number(text_of(root, "Channel")),
    )


def _device_status(root: Element, sn: int, device_id: str) -> Message:
    return DeviceStatus(
        sn,
        device_id,
        text_of(root, "Result"),
        text_of(root, "Online"),
        text_of(root, "Status"),
        text_of(root, "Encode"),
        text_of(root, "Record"),
        text_of(root, "DeviceTime"),
    )


def _control(root: Element, sn: int, device_id: str) -> Message:
    info = root.find("Info")
    priority = number(text_of(info, "ControlPriority")) if info is not None else None
    known = ("CmdType", "SN", "DeviceID", "PTZCmd", "Info")
    others = tuple((child.tag, own_text(child)) for child in root if child.tag not in known)
    return Control(sn, device_id, text_of(root, "PTZCmd"), priority, others[:32])


def _alarm(root: Element, sn: int, device_id: str) -> Message:
    info = root.find("Info")
    return Alarm(
        sn,
        device_id,
        number(text_of(root, "AlarmPriority")) or 0,
        number(text_of(root, "AlarmMethod")) or 0,
        (number(text_of(info, "AlarmType")) if info is not None else 0) or 0,
        text_of(root, "AlarmTime"),
        text_of(root, "AlarmDescription"),
    )


def _mobile_position(root: Element, sn: int, device_id: str) -> Message:
    source = root
    listed = root.find("DeviceList")
    if listed is not None and (first := listed.find("Item")) is not None:
        source = first
    longitude, latitude = decimal(text_of(source, "Longitude")), decimal(text_of(source, "Latitude"))
    if longitude is None or latitude is None:
        return Unknown("Notify", "MobilePosition", sn, device_id)
    return MobilePosition(
        sn,
        text_of(source, "DeviceID") or device_id,
        longitude,
        latitude,
        text_of(source, "Time"),
        decimal(text_of(source, "Speed")),
        decimal(text_of(source, "Direction")),
    )


def _media_status(root: Element, sn: int, device_id: str) -> Message:
    return MediaStatus(sn, device_id, text_of(root, "NotifyType"))


_CATALOGS = {"Notify": _catalog_notify, "Response": _catalog_response}  # 9.11.4, A.2.6.4
_PARSERS: dict[tuple[str, str], Callable[[Element, int, str], Message]] = {
    ("Notify", "Keepalive"): _keepalive,  # A.2.5.2
    ("Notify", "Alarm"): _alarm,  # A.2.5.3
    ("Notify", "MobilePosition"): _mobile_position,  # A.2.5.6
    ("Notify", "MediaStatus"): _media_status,  # A.2.5.4
    ("Response", "DeviceInfo"): _device_info,  # A.2.6.5
    ("Response", "DeviceStatus"): _device_status,  # A.2.6.6
}


def serialise_message(message: Message, encoding: str = "GB18030") -> bytes:
    """The body to send. ``encoding``: one of ``ENCODINGS``; what it cannot hold becomes a character
    reference.

    Raises ``ValueError`` for messages that we only receive, and for another encoding.
    """
    if encoding not in ENCODINGS:
        raise ValueError(f"encoding must be one of {', '.join(ENCODINGS)}")
    root, cmd_type, rest = _content(message)
    lines = [
        f'<?xml version="1.0" encoding="{encoding}"?>',
        f"<{root}>",
        f"<CmdType>{escape(cmd_type)}</CmdType>",
        f"<SN>{message.sn}</SN>",
        f"<DeviceID>{escape(message.device_id)}</DeviceID>",
        *rest,
        f"</{root}>\r\n",
    ]
    return "\r\n".join(lines).encode(encoding, "xmlcharrefreplace")


def _content(message: Message) -> tuple[str, str, list[str]]:
    match message:
        case Query():
            return "Query", message.cmd_type, []
        case Keepalive():
            return "Notify", "Keepalive", _lines((("Status", message.status),))
        case CatalogResponse():
            return "Response", "Catalog", _list(message)
        case CatalogNotify():
            return "Notify", "Catalog", _list(message)
        case DeviceInfo():
            return "Response", "DeviceInfo", _device_info_lines(message)
        case DeviceStatus():
            return "Response", "DeviceStatus", _device_status_lines(message)
        case Control():
            return "Control", "DeviceControl", _control_lines(message)
        case MediaStatus():
            return "Notify", "MediaStatus", _lines((("NotifyType", message.notify_type),))
        case ResultResponse():
            return "Response", message.cmd_type, _lines((("Result", message.result),))
        case _:
            raise ValueError(f"{type(message).__name__} is only received")


def _lines(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"<{tag}>{escape(text)}</{tag}>" for tag, text in pairs if text]


def _list(message: CatalogResponse | CatalogNotify) -> list[str]:
    lines = [f"<SumNum>{message.sum_num}</SumNum>"]
    if message.items:
        items = [serialise_item(item) for item in message.items]
        lines += [f'<DeviceList Num="{len(items)}">', *items, "</DeviceList>"]
    return lines


def _device_info_lines(message: DeviceInfo) -> list[str]:
    return _lines(
        (
            ("DeviceName", message.name),
            ("Result", message.result),
            ("Manufacturer", message.manufacturer),
            ("Model", message.model),
            ("Firmware", message.firmware),
            ("Channel", "" if message.channel is None else str(message.channel)),
        )
    )


def _device_status_lines(message: DeviceStatus) -> list[str]:
    return _lines(
        (
            ("Result", message.result),
            ("Online", message.online),
            ("Status", message.status),
            ("Encode", message.encode),
            ("Record", message.record),
            ("DeviceTime", message.device_time),
        )
    )


def _control_lines(message: Control) -> list[str]:
    others = [(tag, text) for tag, text in message.fields if tag.isidentifier()]
    lines = _lines((("PTZCmd", message.ptz), *others))
    if message.priority is not None:
        lines.append(f"<Info><ControlPriority>{message.priority}</ControlPriority></Info>")
    return lines
