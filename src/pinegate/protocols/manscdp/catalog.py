"""Items of a catalogue (GB/T 28181-2022 annex A.2.1.9; fields that only the 2016 text has are kept too)."""

import re
from dataclasses import dataclass

_CODE = re.compile(r"[0-9A-Za-z._-]{1,64}")


def is_code(text: str) -> bool:
    """True for what can name a device: not the standard's twenty digits only, but nothing that breaks an address."""
    return _CODE.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class CatalogInfo:
    """``Info`` of an item (A.2.1.9; 2022: ``Info`` is typed, ``ExtraInfo`` is free). ``None`` or empty: not said."""

    ptz_type: int | None = None
    """1 dome, 2 hemisphere, 3 fixed bullet, 4 remote-controlled bullet, 5 remote-controlled hemisphere, 6
    and 7 multi-lens.
    """
    photoelectric_imaging_type: str = ""
    capture_position_type: str = ""
    room_type: int | None = None
    supply_light_type: int | None = None
    direction_type: int | None = None
    """1 east, 2 west, 3 south, 4 north, 5 south-east, 6 north-east, 7 south-west, 8 north-west."""
    resolution: str = ""
    stream_number_list: str = ""
    """Streams joined by ``/``: ``0`` main, ``1`` sub-stream."""
    download_speed: str = ""
    svc_space_support_mode: int | None = None
    svc_time_support_mode: int | None = None
    ssvc_ratio_support_list: str = ""
    mobile_device_type: int | None = None
    horizontal_field_angle: float | None = None
    vertical_field_angle: float | None = None
    max_view_distance: float | None = None
    grassroots_code: str = ""
    point_type: int | None = None
    """1 class-one point, 2 class-two, 3 class-three, 9 other."""
    point_common_name: str = ""
    mac: str = ""
    function_type: str = ""
    encode_type: str = ""
    install_time: str = ""
    management_unit: str = ""
    contact_info: str = ""
    record_save_days: int | None = None
    industrial_classification: str = ""
    position_type: int | None = None
    use_type: int | None = None
    business_group_id: str = ""
    """2016: inside ``Info``; 2022: in the item itself."""
    other: tuple[tuple[str, str], ...] = ()
    """Elements that we do not know, as (name, text)."""


@dataclass(frozen=True, slots=True)
class CatalogItem:
    """One device, camera, region, business group (type 215) or virtual organisation (type 216): A.2.1.9, annex E.

    ``longitude``/``latitude``: WGS-84 degrees. ``status``: ``ON``, ``OFF`` or empty. ``parent_id``: several
    joined by ``/``. ``event``: only inside a NOTIFY (9.11.4): ON, OFF, VLOST, DEFECT, ADD, UPDATE or DEL.
    Everything is as the peer said it: to be checked, never believed.
    """

    device_id: str
    event: str = ""
    name: str = ""
    manufacturer: str = ""
    model: str = ""
    owner: str = ""
    civil_code: str = ""
    block: str = ""
    address: str = ""
    parental: int | None = None
    parent_id: str = ""
    safety_way: int | None = None
    register_way: int | None = None
    cert_num: str = ""
    certifiable: int | None = None
    err_code: int | None = None
    end_time: str = ""
    security_level_code: str = ""
    secrecy: int | None = None
    ip_address: str = ""
    port: int | None = None
    status: str = ""
    longitude: float | None = None
    latitude: float | None = None
    business_group_id: str = ""
    info: CatalogInfo | None = None
    other: tuple[tuple[str, str], ...] = ()
    """Elements that we do not know, as (name, text); passwords are dropped."""
