"""Code lists and the fields of a camera record: of the nation, unless a city has lists of its own."""

import json
from collections.abc import Mapping

from pydantic import BaseModel, TypeAdapter

from pinegate.domain.catalogue.camera_record import CameraField

CODES = "camera_codes.json"
FIELDS = "camera_fields.json"

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

_Lists = TypeAdapter(dict[str, dict[str, str]])


class _Field(BaseModel):
    field: str
    zh: str
    type: str
    required: str


class _Fields(BaseModel):
    fields: list[_Field]


def parse_code_lists(text: str) -> Mapping[str, Mapping[str, str]]:
    """Code lists by name, code → Chinese label."""
    lists = json.loads(text)
    return _Lists.validate_python({name: codes for name, codes in lists.items() if name in _CODE_LISTS})


def parse_camera_fields(text: str, lists: Mapping[str, Mapping[str, str]]) -> tuple[CameraField, ...]:
    """The fields of a camera record (一机一档)."""
    return tuple(
        CameraField(
            name=entry.field,
            label=entry.zh,
            kind=entry.type,
            required=entry.required,
            codes=frozenset(lists.get(_LIST_OF_FIELD.get(entry.field, ""), {})),
            restricted=entry.field in _RESTRICTED,
        )
        for entry in _Fields.model_validate_json(text).fields
    )
