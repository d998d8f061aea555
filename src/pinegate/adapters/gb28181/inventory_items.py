"""A catalogue item as the protocol read it → as the catalogue's rules want it."""

from collections.abc import Iterable

from pinegate.domain.catalogue.inventory import InventoryItem
from pinegate.protocols.manscdp.catalog import CatalogItem

MAX_TEXT = 200
_NOT_KEPT = frozenset({"device_id", "event", "info", "other"})


def inventory_item(item: CatalogItem) -> InventoryItem:
    """Texts are cut to what a column holds; PTZType and PointType come from ``Info``, wherever the version puts it."""
    info = item.info
    return InventoryItem(
        channel_code=item.device_id[:64],
        name=item.name[:100],
        civil_code=item.civil_code[:8],
        address=item.address[:MAX_TEXT],
        parental=bool(item.parental) and item.device_id[10:13] not in ("131", "132"),
        secret=item.secrecy == 1,
        online=_online(item.status),
        longitude=item.longitude or None,
        latitude=item.latitude or None,
        ptz_type=None if info is None else info.ptz_type,
        point_class=None if info is None else info.point_type,
        manufacturer=item.manufacturer[:MAX_TEXT],
        model=item.model[:MAX_TEXT],
        raw=_raw(item),
    )


def inventory_items(items: Iterable[CatalogItem]) -> list[InventoryItem]:
    return [inventory_item(item) for item in items]


def _online(status: str) -> bool | None:
    return {"ON": True, "OFF": False}.get(status.upper())


def _raw(item: CatalogItem) -> dict[str, str]:
    kept: dict[str, str] = {}
    for name in item.__dataclass_fields__:
        value = getattr(item, name)
        if name not in _NOT_KEPT and value not in ("", None):
            kept[name] = str(value)[:MAX_TEXT]
    for name, text in item.other[:40]:
        kept[name[:60]] = text[:MAX_TEXT]
    return kept
