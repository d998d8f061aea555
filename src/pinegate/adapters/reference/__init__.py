"""Reference data that ships with the product: divisions of Huangshan, code lists, the fields of a camera record.

The JSON files keep their sources; this module only turns them into the domain's types, once.
"""

import json
from functools import cache
from importlib import resources
from typing import Any

from pinegate.domain.catalogue.camera_record import CameraField
from pinegate.domain.catalogue.divisions import Division, DivisionTree


def _load(name: str) -> dict[str, Any]:
    return json.loads(resources.files(__name__).joinpath(name).read_text(encoding="utf-8"))


@cache
def divisions() -> DivisionTree:
    """Huangshan: the city, 7 districts and counties, 109 township-level entries."""
    data = _load("huangshan_divisions.json")
    districts = tuple(
        Division(
            district["code"],
            district["name"],
            tuple(Division(town["code"], town["name"]) for town in district["towns"]),
        )
        for district in data["districts"]
    )
    return DivisionTree(Division(data["city"]["code"], data["city"]["name"], districts))


@cache
def code_lists() -> dict[str, dict[str, str]]:
    """Code lists by name, code → Chinese label."""
    return {name: codes for name, codes in _load("camera_codes.json").items() if name in _CODE_LISTS}


@cache
def camera_fields() -> tuple[CameraField, ...]:
    """The fields of a camera record (一机一档)."""
    lists = code_lists()
    fields: list[CameraField] = []
    for field in _load("camera_fields.json")["fields"]:
        codes = lists.get(_LIST_OF_FIELD.get(field["field"], ""), {})
        fields.append(
            CameraField(
                name=field["field"],
                label=field["zh"],
                kind=field["type"],
                required=field["required"],
                codes=frozenset(codes),
                restricted=field["field"] in _RESTRICTED,
            )
        )
    return tuple(fields)


_LIST_OF_FIELD = {
    "point_class": "JKDWLX_point_class",
    "register_way": "RegisterWay_gb2022",
    "camera_type": "PTZType_gb2022",
    "imaging_type": "PhotoelectricImagingType_gb2022",
    "function_type": "FunctionType_gb2022",
    "place_type": "SXJWZLX_place_type",
    "room_type": "RoomType",
    "supply_light": "SupplyLightType_gb2022",
    "direction": "DirectionType",
    "codec": "SXJBMGS_codec_legacy",
    "networked": "LWSX_networked",
    "department": "SSBMHY_department",
    "device_state": "SBZT_device_state",
    "secrecy": "Secrecy",
    "security_level": "SecurityLevelCode_gb2022",
}
_CODE_LISTS = frozenset(_LIST_OF_FIELD.values()) | {"SXJWZLX_hefei_extension"}
# Addresses of devices help an intruder, never a consumer: kept from everybody but the operator and the police.
_RESTRICTED = frozenset({"ipv4", "ipv6", "mac", "port", "storage_device_code", "management_contact"})
