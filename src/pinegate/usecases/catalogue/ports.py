"""What the catalogue's use cases need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pinegate.domain.catalogue.camera_record import PointRecord
from pinegate.domain.catalogue.inventory import InventoryPoint
from pinegate.domain.catalogue.listing import ListingState, PointListing
from pinegate.usecases.transaction import AccessChanges, AuditLog


@dataclass(frozen=True, slots=True)
class KnownPoint:
    """A point as the rules need it."""

    id: str
    listing: PointListing
    record: PointRecord
    values: Mapping[str, str]
    version: int


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a catalogue answer did. ``access_changed``: points on which a running picture may stand."""

    added: int
    changed: int
    missing: int
    access_changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointEdit:
    """The catalogued values after an edit."""

    name: str
    address: str
    division_code: str
    township_code: str
    category: str
    point_class: int | None
    source_class: str
    longitude: float | None
    latitude: float | None
    values: Mapping[str, str]


class PointTallies(Protocol):
    """How many points there are, kept along with every change of them."""

    async def settle(self, at_most: int) -> int:
        """Sum up what changes added in at most so many cells; in how many."""
        ...


class TallyTransaction(Protocol):
    """One transaction, as keeping tallies sees it."""

    @property
    def tallies(self) -> PointTallies: ...


class CataloguePoints(Protocol):
    """The points' rows."""

    async def get(self, point_ids: Sequence[str]) -> list[KnownPoint]:
        """Locked for change, in a fixed order (no two writers wait for each other)."""
        ...

    async def move(self, point_ids: Sequence[str], state: ListingState, by: str, *, listed: bool) -> None: ...

    async def mark(self, point_ids: Sequence[str], shareable: bool, by: str) -> None: ...

    async def edit(self, point_id: str, edit: PointEdit, by: str, state: ListingState) -> None: ...

    async def take_over(
        self, device_id: str, points: Sequence[InventoryPoint], *, complete: bool
    ) -> SyncOutcome: ...

    async def set_health(self, device_id: str, channel_codes: Sequence[str], health: str) -> None: ...

    async def go_missing(self, device_id: str, channel_codes: Sequence[str]) -> list[str]:
        """Ids of the points that were there and now are missing."""
        ...


class CatalogueTransaction(Protocol):
    """One transaction of the catalogue."""

    @property
    def points(self) -> CataloguePoints: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def changes(self) -> AccessChanges: ...
