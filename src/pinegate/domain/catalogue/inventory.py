"""The lower platform's inventory (article 4): what a platform says it has, and what that means for the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pinegate.domain.catalogue.categories import Categories
from pinegate.domain.catalogue.divisions import DivisionTree

_NOT_CAMERAS = frozenset({"200", "215", "216", "118", "111", "112"})


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """One item of a catalogue answer, in the field's words (GB/T 28181-2022 A.2.1); ``raw`` keeps all it said."""

    channel_code: str
    name: str
    civil_code: str = ""
    address: str = ""
    parental: bool = False
    secret: bool = False
    online: bool | None = None
    longitude: float | None = None
    latitude: float | None = None
    ptz_type: int | None = None
    point_class: int | None = None
    manufacturer: str = ""
    model: str = ""
    raw: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def is_camera(self) -> bool:
        """Regions, platforms, business groups, virtual organisations and recorders are not points.

        Lenient: real codes break every rule, so whatever is not known to be something else counts as a camera.
        """
        if len(self.channel_code) <= 8 or self.parental:
            return False
        return self.channel_code[10:13] not in _NOT_CAMERAS


@dataclass(frozen=True, slots=True)
class InventoryPoint:
    """What the catalogue takes over of an item, before anybody edits it."""

    item: InventoryItem
    division_code: str
    township_code: str
    category: str


def take_over(item: InventoryItem, divisions: DivisionTree, categories: Categories) -> InventoryPoint:
    """Division from CivilCode or the code's own digits, township and category suggested from the words."""
    words = f"{item.address} {item.name}"
    district = divisions.district_of(item.civil_code) or divisions.district_of(item.channel_code)
    return InventoryPoint(
        item, district, divisions.township_in(district, words), categories.suggested_by(words)
    )
