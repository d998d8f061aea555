"""Catalogue items ⇄ XML, by one table of element names."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem, is_code
from pinegate.protocols.manscdp.xml import MAX_TEXT, Element, decimal, escape, number, own_text

_SPECIAL = {
    "device_id": "DeviceID",
    "parent_id": "ParentID",
    "ip_address": "IPAddress",
    "business_group_id": "BusinessGroupID",
    "ptz_type": "PTZType",
    "mac": "MAC",
    "svc_space_support_mode": "SVCSpaceSupportMode",
    "svc_time_support_mode": "SVCTimeSupportMode",
    "ssvc_ratio_support_list": "SSVCRatioSupportList",
}
_SECRETS = frozenset(("Password", "password"))
_MAX_OTHER = 32
_STATUS = {"OK": "ON", "ONLINE": "ON", "1": "ON", "OFFLINE": "OFF", "0": "OFF"}

Convert = Callable[[str], Any]


def _table(kind: type[CatalogItem] | type[CatalogInfo]) -> dict[str, tuple[str, Convert]]:
    converters: dict[Any, Convert] = {int | None: number, float | None: decimal, str: str}
    table: dict[str, tuple[str, Convert]] = {}
    for entry in fields(kind):
        if entry.type in converters:
            tag = _SPECIAL.get(entry.name) or "".join(word.capitalize() for word in entry.name.split("_"))
            table[tag] = (entry.name, converters[entry.type])
    return table


_ITEM = _table(CatalogItem)
_INFO = _table(CatalogInfo)


def parse_item(element: Element, noted: set[Deviation]) -> CatalogItem | None:
    """One ``Item``; ``None`` without a DeviceID that can stand in an address (nothing can be done with it)."""
    values = _attributes(element, noted)
    other: list[tuple[str, str]] = []
    for child in element:
        known = _ITEM.get(child.tag)
        if known is not None:
            text = own_text(child)
            if text:
                values[known[0]] = known[1](text)
        elif child.tag == "Info" and len(child):
            values["info"] = _parse_info(child)
        elif child.tag not in _SECRETS and len(other) < _MAX_OTHER:
            other.append((child.tag, own_text(child)))
    if not is_code(values.get("device_id", "")):
        noted.add(Deviation.ITEMS_WITHOUT_CODE)
        return None
    status = values.get("status", "ON")
    if status not in ("ON", "OFF"):
        noted.add(Deviation.STATUS_WORD)
        values["status"] = _STATUS.get(status.upper(), status.upper())
    if other:
        values["other"] = tuple(other)
    return CatalogItem(**values)


def _attributes(element: Element, noted: set[Deviation]) -> dict[str, Any]:
    """What the item says in attributes, as some devices do."""
    values: dict[str, Any] = {}
    for name, text in element.items():
        known = _ITEM.get(name)
        if known is not None and text.strip():
            noted.add(Deviation.ITEM_ATTRIBUTES)
            values[known[0]] = known[1](text.strip()[:MAX_TEXT])
    return values


def _parse_info(element: Element) -> CatalogInfo:
    values: dict[str, Any] = {}
    other: list[tuple[str, str]] = []
    for child in element:
        known = _INFO.get(child.tag)
        if known is not None:
            values[known[0]] = known[1](own_text(child))
        elif len(other) < _MAX_OTHER:
            other.append((child.tag, own_text(child)))
    return CatalogInfo(**values, other=tuple(other))


def serialise_item(item: CatalogItem) -> str:
    """One ``<Item>`` on one line; fields that say nothing are left out."""
    parts = _elements(item, _ITEM)
    if item.info is not None:
        parts += f"<Info>{_elements(item.info, _INFO)}</Info>"
    return f"<Item>{parts}</Item>"


def _elements(source: CatalogItem | CatalogInfo, table: dict[str, tuple[str, Convert]]) -> str:
    parts: list[str] = []
    for tag, (name, _) in table.items():
        value = getattr(source, name)
        if value is not None and value != "":
            parts.append(f"<{tag}>{escape(str(value))}</{tag}>")
    parts.extend(f"<{tag}>{escape(text)}</{tag}>" for tag, text in source.other if tag.isidentifier())
    return "".join(parts)
