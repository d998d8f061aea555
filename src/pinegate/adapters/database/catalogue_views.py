"""The catalogue as people look at it: pages, counts per division, clusters on the map."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import audit_events, camera_points, devices, grants, persons
from pinegate.adapters.database.visible_points import PointFilter, health, points_on_paper, visible_points
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor

_point = camera_points.c
MAX_MAP_POINTS = 1_000

_COLUMNS = (
    _point.id,
    _point.channel_code,
    _point.name,
    _point.address,
    _point.division_code,
    _point.township_code,
    _point.category,
    _point.point_class,
    _point.ptz_type,
    _point.source_class,
    _point.longitude,
    _point.latitude,
    health,
    _point.listing_state,
    _point.sharing_mark,
    _point.secret,
    _point.version,
    devices.c.name.label("device_name"),
)
_SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "": (_point.division_code, _point.township_code, _point.name, _point.id),
    "name": (_point.name, _point.id),
    "-name": (_point.name.desc(), _point.id),
    "health": (health.element, _point.name, _point.id),
    "listing_state": (_point.listing_state, _point.name, _point.id),
}
SORTS = frozenset(_SORTS)


@dataclass(frozen=True, slots=True)
class MapView:
    """Either single points or clusters, never more than a screen can show."""

    points: Sequence[Row[*tuple[Any, ...]]]
    clusters: Sequence[Row[*tuple[Any, ...]]]


class CatalogueViews:
    """Reads for one viewer."""

    def __init__(self, connection: AsyncConnection, viewer: Actor, now: datetime) -> None:
        self._connection = connection
        self._viewer = viewer
        self._now = now

    async def page(
        self, asked: PointFilter, sort: str, limit: int, offset: int
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        """One page and the total."""
        columns = (*_COLUMNS, *self._operations(asked.granted_to))
        query = visible_points(self._viewer, asked, self._now, *columns)
        query = query.order_by(*_SORTS[sort]).limit(limit).offset(offset)
        rows = (await self._connection.execute(query)).all()
        count = visible_points(self._viewer, asked, self._now, func.count())
        return rows, (await self._connection.execute(count)).scalar_one()

    def _operations(self, system_id: str) -> tuple[ColumnElement[Any], ...]:
        if not system_id:
            return ()
        granted = (
            select(grants.c.operations)
            .where(
                grants.c.point_id == _point.id,
                grants.c.system_id == system_id,
                grants.c.state == GrantState.ACTIVE,
                grants.c.valid_from <= self._now,
                grants.c.valid_until > self._now,
            )
            .limit(1)
            .scalar_subquery()
        )
        return (granted.label("operations"),)

    async def one(self, point_id: str) -> Row[*tuple[Any, ...]] | None:
        """All of one point, or None where the viewer may not know of it."""
        marked, edited, listed = persons.alias("marked"), persons.alias("edited"), persons.alias("listed")
        names = (
            select(marked.c.name).where(marked.c.id == _point.sharing_marked_by).scalar_subquery(),
            select(edited.c.name).where(edited.c.id == _point.edited_by).scalar_subquery(),
            select(listed.c.name).where(listed.c.id == _point.listed_by).scalar_subquery(),
        )
        columns = (
            *_COLUMNS,
            _point.record,
            _point.upstream,
            _point.edited_by,
            _point.sharing_marked_at,
            _point.edited_at,
            _point.listed_at,
            _point.first_seen_at,
            _point.last_seen_at,
            names[0].label("sharing_marked_by_name"),
            names[1].label("edited_by_name"),
            names[2].label("listed_by_name"),
        )
        query = visible_points(self._viewer, PointFilter(ids=(point_id,)), self._now, *columns)
        return (await self._connection.execute(query)).one_or_none()

    async def named_on_paper(self, point_ids: Collection[str]) -> dict[str, Row[*tuple[Any, ...]]]:
        """Points by id, for a paper that the viewer may read; also those delisted since."""
        if not point_ids:
            return {}
        rows = await self._connection.execute(points_on_paper(point_ids, *_COLUMNS))
        return {row.id: row for row in rows}

    async def counts(self, asked: PointFilter) -> Sequence[Row[*tuple[Any, ...]]]:
        """Points and online points per township under the same filter."""
        columns = (
            _point.division_code,
            _point.township_code,
            func.count().label("points"),
            func.count().filter(health.element == "online").label("online"),
        )
        query = visible_points(self._viewer, asked, self._now, *columns)
        query = query.group_by(_point.division_code, _point.township_code)
        return (await self._connection.execute(query)).all()

    async def map(self, asked: PointFilter, cell: float) -> MapView:
        """Points where they are few, else one cluster per ``cell`` degrees."""
        located = _point.longitude.is_not(None)
        clusters = visible_points(
            self._viewer,
            asked,
            self._now,
            func.avg(_point.longitude).label("longitude"),
            func.avg(_point.latitude).label("latitude"),
            func.count().label("points"),
        ).where(located)
        clusters = clusters.group_by(func.floor(_point.longitude / cell), func.floor(_point.latitude / cell))
        counted = (await self._connection.execute(clusters)).all()
        if sum(cluster.points for cluster in counted) > MAX_MAP_POINTS:
            return MapView((), counted)
        columns = (
            _point.id,
            _point.name,
            _point.longitude,
            _point.latitude,
            health,
            _point.ptz_type,
            _point.listing_state,
        )
        points = visible_points(self._viewer, asked, self._now, *columns).where(located)
        return MapView((await self._connection.execute(points)).all(), ())

    async def history(self, point_id: str) -> Sequence[Row[*tuple[Any, ...]]]:
        """What happened to a point, newest first."""
        event = audit_events.c
        query = (
            select(event.name, event.at, event.details, persons.c.name.label("person_name"))
            .outerjoin(persons, persons.c.id == event.actor_person_id)
            .where(event.subject_kind == "camera_point", event.subject_id == point_id)
            .order_by(event.sequence.desc())
            .limit(100)
        )
        return (await self._connection.execute(query)).all()
