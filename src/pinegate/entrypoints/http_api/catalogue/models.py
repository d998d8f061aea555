"""What the catalogue's routes take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field

from pinegate.adapters.database.visible_points import PointFilter
from pinegate.domain.catalogue.divisions import Bounds
from pinegate.domain.catalogue.listing import ListingEvent, ListingState
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.shared.inputs import LINES, ONE_LINE, After, PageSize
from pinegate.entrypoints.http_api.shared.pages import PageOut
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.usecases.catalogue.ports import PointEdit

Text = Annotated[str, Field(max_length=500), LINES]
Ids = Annotated[list[Annotated[str, Field(max_length=64), ONE_LINE]], Field(min_length=1, max_length=5_000)]


class DivisionOut(BaseModel):
    """A division and what lies below it."""

    code: str
    name: str
    children: list["DivisionOut"] = []


class CategoryOut(BaseModel):
    code: str
    name: str


class OperationsOut(BaseModel):
    """``requestable``: what units may ask for; ``only_turning``: of these only where the camera turns."""

    requestable: list[Operation]
    only_turning: list[Operation]


class FieldOut(BaseModel):
    """A field of the camera record; ``codes`` names its list, if it has one."""

    name: str
    label: str
    kind: str
    required: str
    codes: list[str]


class CodesOut(BaseModel):
    lists: dict[str, dict[str, str]]
    fields: list[FieldOut]


class PointOut(BaseModel):
    """A camera point in a list."""

    id: str
    channel_code: str
    name: str
    address: str
    division_code: str
    division_name: str
    township_code: str
    township_name: str
    category: str
    point_class: int | None
    ptz: bool
    source_class: str
    longitude: float | None
    latitude: float | None
    health: str
    listing_state: ListingState
    sharing_mark: bool
    device_name: str
    operations: list[str] | None = None
    version: int


class PointPage(PageOut):
    items: list[PointOut]


class HistoryOut(BaseModel):
    name: str
    at: datetime
    person_name: str | None
    details: dict[str, Any]


class PointDetail(PointOut):
    """All of one point. ``upstream`` (what the lower platform sent) and restricted fields: operator and police only."""

    secret: bool
    record: dict[str, str]
    upstream: dict[str, str]
    sharing_marked_by_name: str | None
    sharing_marked_at: datetime | None
    edited_by_name: str | None
    edited_at: datetime | None
    listed_by_name: str | None
    listed_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    history: list[HistoryOut]
    allowed_events: list[ListingEvent]
    may_edit: bool
    may_mark: bool


class TreeNode(BaseModel):
    code: str
    name: str
    count: int
    online: int
    children: list["TreeNode"] = []


class ClusterOut(BaseModel):
    longitude: float
    latitude: float
    count: int


class MapPoint(BaseModel):
    id: str
    name: str
    longitude: float
    latitude: float
    health: str
    ptz: bool
    listing_state: ListingState


class MapOut(BaseModel):
    clusters: list[ClusterOut]
    points: list[MapPoint]


class MarkIn(BaseModel):
    point_ids: Ids
    shareable: bool
    reason: Text = ""


class MarkOut(BaseModel):
    changed: int


Move = Literal[ListingEvent.CATALOGUE, ListingEvent.LIST, ListingEvent.DELIST, ListingEvent.RETIRE]
MOVES: tuple[ListingEvent, ...] = get_args(Move)


class MoveIn(BaseModel):
    point_ids: Ids
    event: Move
    reason: Text = ""


class RefusedMove(BaseModel):
    id: str
    code: str


class MoveOut(BaseModel):
    moved: list[str]
    refused: list[RefusedMove]


class PointIn(BaseModel):
    """The cataloguer's edit; ``version`` is what was read."""

    version: int
    name: Annotated[str, Field(min_length=1, max_length=100), ONE_LINE]
    address: Annotated[str, Field(max_length=200), ONE_LINE] = ""
    division_code: Annotated[str, Field(pattern=r"^(\d{6})?$")] = ""
    township_code: Annotated[str, Field(pattern=r"^(\d{9})?$")] = ""
    category: Annotated[str, Field(max_length=40), ONE_LINE] = ""
    point_class: Annotated[int | None, Field(ge=1, le=9)] = None
    source_class: Literal["gov_invested", "social"] = "gov_invested"
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    record: Annotated[dict[Annotated[str, Field(max_length=60), ONE_LINE], Text], Field(max_length=100)] = {}

    def as_edit(self) -> PointEdit:
        return PointEdit(
            name=self.name.strip(),
            address=self.address.strip(),
            division_code=self.division_code,
            township_code=self.township_code,
            category=self.category,
            point_class=self.point_class,
            source_class=self.source_class,
            longitude=self.longitude,
            latitude=self.latitude,
            values=self.record,
        )


class PointQuery(BaseModel):
    """The filters that list, tree and map share."""

    q: Annotated[str, Field(max_length=100), ONE_LINE] = ""
    division: Annotated[str, Field(pattern=r"^\d{0,9}$")] = ""
    category: Annotated[str, Field(max_length=40), ONE_LINE] = ""
    state: ListingState | None = None
    health: Literal["online", "offline", "degraded", "unknown"] | None = None
    shared: bool | None = None
    device_id: Annotated[str, Field(max_length=64), ONE_LINE] = ""
    granted: bool = False
    system_id: Annotated[str, Field(max_length=64), ONE_LINE] = ""

    def as_filter(self, city_code: str, box: tuple[float, float, float, float] | None = None) -> PointFilter:
        """``city_code``: the division that holds all points."""
        return PointFilter(
            words=self.q,
            division="" if self.division == city_code else self.division,
            category=self.category,
            state=self.state or "",
            health=self.health or "",
            shared=self.shared,
            device_id=self.device_id,
            box=box,
            granted_to=self.system_id if self.granted else "",
        )


class PointPageQuery(PointQuery):
    sort: Annotated[str, Field(max_length=20), ONE_LINE] = ""
    after: After = ""
    page_size: PageSize = 50


class MapQuery(PointQuery):
    bbox: Annotated[str, Field(max_length=100), ONE_LINE] = ""
    """west,south,east,north in degrees; empty: the whole city."""
    zoom: Annotated[float, Field(ge=0, le=22)] = 9

    def box(self, city: Bounds) -> tuple[float, float, float, float]:
        """West, south, east, north; ``city``: its bounds.

        Raises:
            ProblemError: ``invalid_input``.
        """
        if not self.bbox:
            return city.west, city.south, city.east, city.north
        try:
            west, south, east, north = (float(part) for part in self.bbox.split(","))
        except ValueError:
            raise ProblemError(
                "invalid_input", errors=[{"field": "bbox", "message": "west,south,east,north in degrees"}]
            ) from None
        return west, south, east, north
