"""The simulated cameras: invented ones all over the city, or those of the user's JSON file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pinegate_simulator.scenes.repertoire import LIGHT_NAMES, SCENE_NAMES

Audio = Literal["", "g711a", "g711u", "aac"]

MAX_CAMERAS: Final = 100_000
_MAX_FILE: Final = 64 << 20
_TURNING_PTZ_TYPES: Final = frozenset({1, 4, 5})


class InventoryError(Exception):
    """An inventory or division file that cannot be used; the text says what to correct."""


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera. ``civil_code``: GB/T 2260, 6 digits. ``longitude``/``latitude``: WGS-84 degrees.

    ``ptz_type`` (GB/T 28181-2022): 1 dome, 2 hemisphere, 3 fixed, 4 bullet that turns, 5 hemisphere that
    turns. ``scene``/``light``: names of ``scenes.repertoire``. ``group``: name of its virtual organisation.
    ``point_type``, ``direction_type``, ``management_unit``: what the catalogue says in ``Info``. ``audio``: this
    camera's own sound; when empty it has what all clips have.
    """

    device_id: str
    name: str
    civil_code: str
    address: str
    longitude: float
    latitude: float
    ptz_type: int
    scene: str
    light: str
    group: str = ""
    online: bool = True
    manufacturer: str = "Pinegate"
    model: str = "Simulated camera"
    point_type: int | None = None
    direction_type: int | None = None
    management_unit: str = ""
    audio: Audio = ""

    @property
    def can_turn(self) -> bool:
        return self.ptz_type in _TURNING_PTZ_TYPES


@dataclass(frozen=True, slots=True)
class Division:
    """A district with the names of its towns. ``centre``: longitude and latitude."""

    code: str
    name: str
    towns: tuple[str, ...]
    centre: tuple[float, float]


# Seats of the districts and counties, rounded to about a kilometre; good for a map, not for surveying.
_CENTRES: Final[dict[str, tuple[float, float]]] = {
    "341002": (118.315, 29.715),
    "341003": (118.142, 30.273),
    "341004": (118.337, 29.827),
    "341021": (118.415, 29.862),
    "341022": (118.193, 29.785),
    "341023": (117.938, 29.925),
    "341024": (117.717, 29.854),
}
_DEFAULT_DIVISIONS: Final = (
    Division("341002", "屯溪区", ("老街街道", "昱东街道", "昱中街道", "黎阳镇"), _CENTRES["341002"]),
    Division("341003", "黄山区", ("汤口镇", "甘棠镇", "太平湖镇"), _CENTRES["341003"]),
    Division("341004", "徽州区", ("岩寺镇", "呈坎镇", "潜口镇"), _CENTRES["341004"]),
    Division("341021", "歙县", ("徽城镇", "深渡镇", "雄村镇"), _CENTRES["341021"]),
    Division("341022", "休宁县", ("海阳镇", "齐云山镇", "万安镇"), _CENTRES["341022"]),
    Division("341023", "黟县", ("碧阳镇", "宏村镇", "西递镇"), _CENTRES["341023"]),
    Division("341024", "祁门县", ("祁山镇", "历口镇", "平里镇"), _CENTRES["341024"]),
)

# Place, scene, PTZ type, industry code (digits 9 and 10 of the camera's identifier).
_PLACES: Final = (
    ("老街东口", "old_street", 3, "00"),
    ("大桥北", "river_bridge", 1, "00"),
    ("新安路口", "crossroads", 3, "05"),
    ("景区观景台", "mountain", 1, "03"),
    ("实验小学门口", "school_gate", 3, "11"),
    ("客运站", "bus_station", 2, "04"),
    ("森林防火瞭望", "fire_watch", 4, "03"),
    ("市民广场", "square", 1, "00"),
    ("月沼", "village_pond", 3, "01"),
    ("公共停车场", "car_park", 3, "02"),
    ("码头", "lake", 1, "04"),
    ("隧道入口", "tunnel", 3, "05"),
    ("高铁桥", "railway", 3, "04"),
    ("茶园", "tea_terraces", 4, "03"),
    ("农贸市场", "market", 2, "08"),
    ("收费站", "expressway", 4, "05"),
)


def read_divisions(path: Path) -> tuple[Division, ...]:
    """Districts from a file such as ``{"districts": [{"code", "name", "towns": [{"name"}]}]}``."""

    class Town(BaseModel):
        name: str

    class District(BaseModel):
        code: Annotated[str, Field(pattern=r"^\d{6}$")]
        name: str
        towns: list[Town] = []

    class Divisions(BaseModel):
        districts: Annotated[list[District], Field(min_length=1, max_length=10_000)]

    try:
        read = Divisions.model_validate_json(_read(path))
    except ValidationError as error:
        raise InventoryError(f"{path} is no division file: {_first(error)}") from None
    centre = _CENTRES["341002"]
    return tuple(
        Division(d.code, d.name, tuple(t.name for t in d.towns) or ("",), _CENTRES.get(d.code, centre))
        for d in read.districts
    )


def invent(count: int, divisions: tuple[Division, ...] = _DEFAULT_DIVISIONS, seed: int = 0) -> list[Camera]:
    """``count`` cameras spread over the divisions, always the same ones for the same arguments."""
    if not 1 <= count <= MAX_CAMERAS:
        raise InventoryError(f"a simulator has 1 to {MAX_CAMERAS} cameras")
    rng = numpy.random.default_rng(seed)
    cameras: list[Camera] = []
    for index in range(count):
        division = divisions[index % len(divisions)]
        town = division.towns[index // len(divisions) % len(division.towns)]
        place, scene, ptz_type, industry = _PLACES[index % len(_PLACES)]
        number = index // len(_PLACES) + 1
        east, north = rng.normal(0, 0.03, 2)
        cameras.append(
            Camera(
                device_id=f"{division.code}00{industry}1320{index + 1:06}",
                name=f"{division.name}{town}{place}{number:02}",
                civil_code=division.code,
                address=f"黄山市{division.name}{town}{place}",
                longitude=round(division.centre[0] + float(east), 6),
                latitude=round(division.centre[1] + float(north), 6),
                ptz_type=ptz_type,
                point_type=2,
                direction_type=index % 8 + 1,
                management_unit=f"{division.name}公安局",
                scene=scene,
                light=LIGHT_NAMES[(index // 3) % len(LIGHT_NAMES)],
                group=division.name,
            )
        )
    return cameras


class _CameraRecord(BaseModel):
    model_config = ConfigDict(extra="forbid")

    device_id: Annotated[str, Field(pattern=r"^\d{20}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    civil_code: Annotated[str, Field(pattern=r"^(\d{2}){1,4}$")] = "341002"
    address: Annotated[str, Field(max_length=200)] = ""
    longitude: Annotated[float, Field(ge=-180, le=180)] = 118.315
    latitude: Annotated[float, Field(ge=-90, le=90)] = 29.715
    ptz_type: Annotated[int, Field(ge=1, le=7)] = 3
    scene: str = ""
    light: str = ""
    group: str = ""
    status: Literal["ON", "OFF"] = "ON"
    manufacturer: Annotated[str, Field(max_length=64)] = "Pinegate"
    model: Annotated[str, Field(max_length=64)] = "Simulated camera"
    point_type: Annotated[int | None, Field(ge=1, le=9)] = None
    direction_type: Annotated[int | None, Field(ge=1, le=8)] = None
    management_unit: Annotated[str, Field(max_length=100)] = ""
    audio: Audio = ""


def read_inventory(path: Path) -> list[Camera]:
    """Cameras of a JSON list; only ``device_id`` and ``name`` are needed. Raises :class:`InventoryError`."""
    cameras = TypeAdapter(Annotated[list[_CameraRecord], Field(min_length=1, max_length=MAX_CAMERAS)])
    try:
        records = cameras.validate_json(_read(path))
    except ValidationError as error:
        raise InventoryError(f"{path} is no camera inventory: {_first(error)}") from None
    seen: set[str] = set()
    for record in records:
        if record.device_id in seen:
            raise InventoryError(f"{path} has the camera {record.device_id} twice")
        seen.add(record.device_id)
    return [_camera(record, index, path) for index, record in enumerate(records)]


def _camera(record: _CameraRecord, index: int, path: Path) -> Camera:
    fields: dict[str, Any] = record.model_dump(exclude={"status"})
    fields["online"] = record.status == "ON"
    fields["scene"] = record.scene or SCENE_NAMES[index % len(SCENE_NAMES)]
    fields["light"] = record.light or LIGHT_NAMES[0]
    if fields["scene"] not in SCENE_NAMES or fields["light"] not in LIGHT_NAMES:
        known = f"scenes: {', '.join(SCENE_NAMES)}; lights: {', '.join(LIGHT_NAMES)}"
        raise InventoryError(f"{path}: camera {record.device_id} has an unknown scene or light; {known}")
    return Camera(**fields)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise InventoryError(f"{path} is larger than {_MAX_FILE >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise InventoryError(f"{path} cannot be read: {error.strerror}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
