"""A catalogue item as the protocol read it → as the catalogue's rules want it, and as a database can hold it."""

import re
from collections.abc import Iterable

from pinegate.domain.catalogue.inventory import InventoryItem
from pinegate.protocols.manscdp.catalog import CatalogItem

MAX_TEXT = 200
_NOT_KEPT = frozenset({"device_id", "event", "info", "other"})
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("[\t\n\r\u2028\u2029]")


def storable(text: str, length: int = MAX_TEXT) -> str:
    """Cut to ``length``; what PostgreSQL or UTF-8 refuses (NUL, half a surrogate pair) becomes ``U+FFFD``.

    One such name would otherwise cost the whole catalogue its transaction. A line's end becomes a space, and marks of
    writing direction go: no name looks like another one, or like a line of its own (S26).
    """
    return _UNSTORABLE.sub("\ufffd", _BREAKS.sub(" ", _UNSEEN.sub("", text[:length])))


def inventory_item(item: CatalogItem) -> InventoryItem:
    """Texts are cut to what a column holds; PTZType and PointType come from ``Info``, wherever the version puts it."""
    info = item.info
    return InventoryItem(
        channel_code=storable(item.device_id, 64),
        name=storable(item.name, 100),
        civil_code=storable(item.civil_code, 8),
        address=storable(item.address),
        parental=bool(item.parental) and item.device_id[10:13] not in ("131", "132"),
        secret=item.secrecy == 1,
        online=_online(item.status),
        longitude=_degrees(item.longitude, 180),
        latitude=_degrees(item.latitude, 90),
        ptz_type=None if info is None else _code(info.ptz_type),
        point_class=None if info is None else _code(info.point_type),
        manufacturer=storable(item.manufacturer),
        model=storable(item.model),
        raw=_raw(item),
    )


def inventory_items(items: Iterable[CatalogItem]) -> list[InventoryItem]:
    return [inventory_item(item) for item in items]


def _online(status: str) -> bool | None:
    return {"ON": True, "OFF": False}.get(status.upper())


def _degrees(value: float | None, limit: float) -> float | None:
    """Zero is what devices send that do not know where they are."""
    return value if value and -limit <= value <= limit else None


def _code(value: int | None) -> int | None:
    """The standard's lists have a dozen members; a column of four bytes holds no more than its share."""
    return value if value is not None and 0 <= value < 1_000 else None


def _raw(item: CatalogItem) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name in item.__dataclass_fields__:
        value = getattr(item, name)
        if name not in _NOT_KEPT and value not in ("", None):
            kept[name] = storable(str(value))
    for name, text in item.other[:40]:
        kept[storable(name, 60)] = storable(text)
    return kept
