"""The one query through which points are listed to anybody. A lint forbids another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from math import floor
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from pinegate.adapters.database.tables import camera_points, devices, grants, point_tallies
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.search_words import asked_words, may_begin_a_code
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind

_SEE_ALL = frozenset({OrganizationKind.POLICE, OrganizationKind.DATA_BUREAU, OrganizationKind.OPERATOR})

Columns: TypeAlias = ReadOnlyColumnCollection[str, Any]


def health_of(point: Columns) -> ColumnElement[str]:
    """A camera behind a platform that is away is away, whatever was last said of it."""
    return case((devices.c.online, point.health), else_=literal("offline"))


health = health_of(camera_points.c).label("health")
_POSITION = func.point(camera_points.c.longitude, camera_points.c.latitude)
CITY_DEGREES = 40


class TallyLevel(IntEnum):
    """Into what cells ``point_tallies`` counts: of 40/2^level degrees. CITY: one, with what has no position too."""

    CITY = 0
    FAR = 9
    MIDDLE = 11
    NEAR = 13


@dataclass(frozen=True, slots=True)
class PointFilter:
    """What is asked for; empty means all. ``box``: west, south, east, north in degrees; ``undecided``: nobody has said
    yet whether it shall be shared.
    """

    words: str = ""
    division: str = ""
    category: str = ""
    state: str = ""
    health: str = ""
    shared: bool | None = None
    undecided: bool = False
    not_secret: bool = False
    device_id: str = ""
    box: tuple[float, float, float, float] | None = None
    granted_to: str = ""
    ids: tuple[str, ...] = ()

    @property
    def tallied(self) -> bool:
        """Whether tallies know the answer: nothing is asked that they do not keep."""
        return not (self.words or self.ids or self.granted_to)


def visible_points(
    viewer: Actor, asked: PointFilter, now: datetime, *columns: ColumnElement[Any]
) -> Select[Any]:
    """SELECT ``columns`` of the points that ``viewer`` may know of and ``asked`` for.

    Using units and the committee know only of listed, shareable, not secret points (article 4).
    """
    point = camera_points.c
    conditions = [*_visible(viewer, point), *_of_its_kind(asked, point), *_words(asked.words, point)]
    if asked.ids:
        conditions.append(point.id.in_(asked.ids))
    if asked.box is not None:
        west, south, east, north = asked.box
        conditions.append(_POSITION.op("<@")(func.box(func.point(west, south), func.point(east, north))))
    if asked.granted_to:
        conditions.append(_granted(viewer, asked.granted_to, now))
    return _with_device(camera_points, *columns).where(*conditions)


def visible_tallies(
    viewer: Actor, asked: PointFilter, level: TallyLevel, *columns: ColumnElement[Any]
) -> Select[Any]:
    """SELECT ``columns`` of the tallies of those same points; only for what is ``tallied``.

    A box holds whole cells: those that it touches.
    """
    tally = point_tallies.c
    conditions = [tally.level == level, *_visible(viewer, tally), *_of_its_kind(asked, tally)]
    if asked.box is not None:
        west, south, east, north = (floor(degrees * 2**level / CITY_DEGREES) for degrees in asked.box)
        conditions += [tally.x.between(west, east), tally.y.between(south, north)]
    return _with_device(point_tallies, *columns).where(*conditions)


def tallied_points() -> ColumnElement[int]:
    """How many points tallies count together."""
    return func.coalesce(func.sum(point_tallies.c.points), 0).cast(Integer)


def with_words(words: str, point: Columns) -> ColumnElement[bool]:
    """Which of selected points have ``words``, where ``visible_points`` was not asked for them."""
    return and_(*_words(words, point))


def points_on_paper(point_ids: Collection[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """SELECT ``columns`` of the points that a paper names, whatever has become of them since.

    The caller has made sure that the viewer may read the paper (application, grant, work order).
    """
    joined = camera_points.join(devices, devices.c.id == camera_points.c.device_id)
    return select(*columns).select_from(joined).where(camera_points.c.id.in_(point_ids))


def point_name(point_id: ColumnElement[str]) -> ScalarSelect[str]:
    """The name of one point that a readable paper names, to stand among the paper's own columns."""
    return select(camera_points.c.name).where(camera_points.c.id == point_id).scalar_subquery()


def _with_device(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(table.join(devices, devices.c.id == table.c.device_id))


def _visible(viewer: Actor, point: Columns) -> list[ColumnElement[bool]]:
    if viewer.organization_kind in _SEE_ALL:
        return []
    return [
        point.listing_state == ListingState.LISTED,
        point.sharing_mark,
        ~point.secret,
    ]


def _of_its_kind(asked: PointFilter, point: Columns) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if len(asked.division) == 9:
        conditions.append(point.township_code == asked.division)
    elif asked.division:
        conditions.append(point.division_code == asked.division)
    if asked.category:
        conditions.append(point.category == asked.category)
    if asked.state:
        conditions.append(point.listing_state == asked.state)
    if asked.health:
        conditions.append(health_of(point) == asked.health)
    if asked.shared is not None:
        conditions.append(point.sharing_mark.is_(asked.shared))
    if asked.undecided:
        tallied = "undecided" in point
        conditions.append(point.undecided if tallied else point.sharing_marked_at.is_(None))
    if asked.not_secret:
        conditions.append(~point.secret)
    if asked.device_id:
        conditions.append(point.device_id == asked.device_id)
    return conditions


def _words(text: str, point: Columns) -> list[ColumnElement[bool]]:
    words = asked_words(text)
    codes = [word for word in words if may_begin_a_code(word)]
    conditions: list[ColumnElement[bool]] = []
    if len(codes) < len(words):
        conditions.append(_holds(point, [word for word in words if word not in codes]))
    for code in codes:
        conditions.append(or_(_holds(point, [code]), point.channel_code.like(f"{code}%")))
    return conditions


def _holds(point: Columns, words: list[str]) -> ColumnElement[bool]:
    return point.search.op("@@")(cast(_tsquery(words), TSQUERY))


def _granted(viewer: Actor, system_id: str, now: datetime) -> ColumnElement[bool]:
    own = or_(
        grants.c.organization_id == viewer.organization_id,
        literal(viewer.organization_kind in _SEE_ALL),
    )
    return (
        select(literal(1))
        .where(
            grants.c.point_id == camera_points.c.id,
            grants.c.system_id == system_id,
            own,
            grants.c.state == GrantState.ACTIVE,
            grants.c.valid_from <= now,
            grants.c.valid_until > now,
        )
        .exists()
    )


def _tsquery(words: list[str]) -> str:
    # The words are letters, digits and Chinese characters only (search_words), so quoting them is enough.
    return " & ".join(f"'{word}':*" if word.isascii() else f"'{word}'" for word in words)
