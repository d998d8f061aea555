"""The one query through which points are listed to anybody. A lint forbids another."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, cast, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from pinegate.adapters.database.tables import (
    camera_points,
    devices,
    grants,
)
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.search_words import asked_words
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind

_SEE_ALL = frozenset({OrganizationKind.POLICE, OrganizationKind.DATA_BUREAU, OrganizationKind.OPERATOR})

health = case((devices.c.online, camera_points.c.health), else_=literal("offline")).label("health")
"""A camera behind a platform that is away is away, whatever was last said of it."""


@dataclass(frozen=True, slots=True)
class PointFilter:
    """What is asked for; empty means all. ``box``: west, south, east, north in degrees."""

    words: str = ""
    division: str = ""
    category: str = ""
    state: str = ""
    health: str = ""
    shared: bool | None = None
    device_id: str = ""
    box: tuple[float, float, float, float] | None = None
    granted_to: str = ""
    ids: tuple[str, ...] = ()


def visible_points(
    viewer: Actor, asked: PointFilter, now: datetime, *columns: ColumnElement[Any]
) -> Select[Any]:
    """SELECT ``columns`` of the points that ``viewer`` may know of and ``asked`` for.

    Using units and the committee know only of listed, shareable, not secret points (article 4).
    """
    query = select(*columns).select_from(
        camera_points.join(devices, devices.c.id == camera_points.c.device_id)
    )
    if viewer.organization_kind not in _SEE_ALL:
        query = query.where(
            camera_points.c.listing_state == ListingState.LISTED,
            camera_points.c.sharing_mark,
            ~camera_points.c.secret,
        )
    return query.where(*_conditions(viewer, asked, now))


def points_on_paper(point_ids: Collection[str], *columns: ColumnElement[Any]) -> Select[Any]:
    """SELECT ``columns`` of the points that a paper names, whatever has become of them since.

    The caller has made sure that the viewer may read the paper (application, grant, work order).
    """
    joined = camera_points.join(devices, devices.c.id == camera_points.c.device_id)
    return select(*columns).select_from(joined).where(camera_points.c.id.in_(point_ids))


def point_name(point_id: ColumnElement[str]) -> ScalarSelect[str]:
    """The name of one point that a readable paper names, to stand among the paper's own columns."""
    return select(camera_points.c.name).where(camera_points.c.id == point_id).scalar_subquery()


def _conditions(viewer: Actor, asked: PointFilter, now: datetime) -> list[ColumnElement[bool]]:
    point = camera_points.c
    conditions: list[ColumnElement[bool]] = []
    words = asked_words(asked.words)
    if words:
        conditions.append(point.search.op("@@")(cast(_tsquery(words), TSQUERY)))
    if len(asked.division) == 9:
        conditions.append(point.township_code == asked.division)
    elif asked.division:
        conditions.append(point.division_code == asked.division)
    if asked.category:
        conditions.append(point.category == asked.category)
    if asked.state:
        conditions.append(point.listing_state == asked.state)
    if asked.health:
        conditions.append(health.element == asked.health)
    if asked.shared is not None:
        conditions.append(point.sharing_mark.is_(asked.shared))
    if asked.device_id:
        conditions.append(point.device_id == asked.device_id)
    if asked.ids:
        conditions.append(point.id.in_(asked.ids))
    if asked.box is not None:
        west, south, east, north = asked.box
        conditions.append(and_(point.longitude.between(west, east), point.latitude.between(south, north)))
    if asked.granted_to:
        conditions.append(_granted(viewer, asked.granted_to, now))
    return conditions


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
