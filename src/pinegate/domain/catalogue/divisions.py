"""监控区域: administrative divisions (Annex 1 note 1), six digits for districts, nine for townships."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Division:
    """A division and what lies below it."""

    code: str
    name: str
    children: tuple["Division", ...] = ()


@dataclass(frozen=True, slots=True)
class Bounds:
    """WGS-84 degrees: a coarse guard against swapped or foreign coordinates."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


class DivisionTree:
    """Look-ups over a city's divisions."""

    def __init__(self, city: Division) -> None:
        self.city = city
        self._names = {division.code: division.name for division in _walk(city)}

    def name_of(self, code: str) -> str:
        """The name, or the code itself where it is not known."""
        return self._names.get(code, code)

    def knows(self, code: str) -> bool:
        return code in self._names

    def district_of(self, code: str) -> str:
        """The six-digit district of any code inside the city; empty where it names none.

        GB/T 28181 CivilCode has 2, 4, 6 or 8 digits, and device codes start with one: both begin with the district.
        """
        district = code[:6]
        return district if any(child.code == district for child in self.city.children) else ""

    def township_in(self, district: str, text: str) -> str:
        """The township whose name stands in ``text`` (an address or a name); the longest wins; empty if none."""
        found = next((child for child in self.city.children if child.code == district), None)
        if found is None:
            return ""
        named = [town for town in found.children if town.name in text]
        return max(named, key=lambda town: len(town.name)).code if named else ""


def _walk(division: Division) -> Iterator[Division]:
    yield division
    for child in division.children:
        yield from _walk(child)
