"""一机一档: a camera record and what makes it fit to be listed (governance section 4, quality rules marked B)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pinegate.domain.catalogue.divisions import Bounds, DivisionTree

_DEVICE_CODE = re.compile(r"\d{20}")
_CAMERA_TYPES = frozenset({"131", "132"})
_DEFAULT_NAMES = re.compile(r"(?i)\s*(camera|ipc|ipcamera|channel|通道)\s*[-_#]?\s*\d*\s*")
MAX_VALUE_LENGTH = 500

TURNING_PTZ_TYPES = frozenset({1, 4, 5})
"""PTZType of cameras that turn (GB/T 28181-2022 A.2.1): dome, remote-controlled bullet and hemisphere."""


@dataclass(frozen=True, slots=True)
class CameraField:
    """One field: name in code, Chinese label, type and obligation as the sources give them."""

    name: str
    label: str
    kind: str
    required: str
    codes: frozenset[str] = frozenset()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with which field; ``blocks`` listing or only warns."""

    field: str
    code: str
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class PointRecord:
    """The catalogued values that the quality rules read."""

    channel_code: str
    name: str
    address: str
    division_code: str
    category: str
    point_class: int | None
    longitude: float | None
    latitude: float | None
    secret: bool


def listing_faults(record: PointRecord, divisions: DivisionTree, bounds: Bounds) -> list[FieldFault]:
    """Everything that blocks listing (B) or warns (W)."""
    faults: list[FieldFault] = []
    if not _DEVICE_CODE.fullmatch(record.channel_code) or record.channel_code[10:13] not in _CAMERA_TYPES:
        faults.append(FieldFault("channel_code", "not_a_camera_code", blocks=False))
    if not divisions.knows(record.division_code):
        faults.append(FieldFault("division_code", "unknown_division"))
    elif divisions.district_of(record.channel_code) not in ("", record.division_code):
        faults.append(FieldFault("division_code", "differs_from_device_code", blocks=False))
    if not record.name.strip() or _DEFAULT_NAMES.fullmatch(record.name):
        faults.append(FieldFault("name", "default_name"))
    if not record.address.strip():
        faults.append(FieldFault("address", "missing"))
    if not record.category:
        faults.append(FieldFault("category", "missing"))
    faults.extend(_place_faults(record, bounds))
    if record.secret:
        faults.append(FieldFault("secrecy", "secret"))
    return faults


def _place_faults(record: PointRecord, bounds: Bounds) -> list[FieldFault]:
    if record.longitude is None or record.latitude is None:
        needed = record.point_class in (1, 2)
        return [FieldFault("longitude", "missing", blocks=needed)]
    if bounds.holds(record.longitude, record.latitude):
        return []
    swapped = bounds.holds(record.latitude, record.longitude)
    return [FieldFault("longitude", "swapped" if swapped else "outside_the_city")]


def record_faults(values: Mapping[str, str], fields: Sequence[CameraField]) -> list[FieldFault]:
    """Faults of the freely edited part of the record: unknown fields, codes outside their list, values too long."""
    known = {field.name: field for field in fields}
    faults: list[FieldFault] = []
    for name, value in values.items():
        field = known.get(name)
        if field is None:
            faults.append(FieldFault(name, "unknown_field"))
        elif len(value) > MAX_VALUE_LENGTH:
            faults.append(FieldFault(name, "too_long"))
        elif field.codes and value and not set(re.split(r"[/,]", value)) <= field.codes:
            faults.append(FieldFault(name, "code_outside_list"))
    return faults
