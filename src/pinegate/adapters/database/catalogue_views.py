"""The catalogue as people look at it: pages, counts per division, clusters on the map."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FunctionElement, Integer, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.catalogue_places import BY_PLACE, page_by_places
from pinegate.adapters.database.catalogue_search import searched_page
from pinegate.adapters.database.keyset_pages import Found, Order, Page, keyset_page
from pinegate.adapters.database.tables import (
    audit_events,
    camera_points,
    devices,
    grants,
    persons,
    point_tallies,
)
from pinegate.adapters.database.visible_points import (
    Columns,
    PointFilter,
    TallyLevel,
    health,
    health_of,
    points_on_paper,
    tallied_points,
    visible_points,
    visible_tallies,
)
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor

_point = camera_points.c

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
_ORDERS = {
    "": BY_PLACE,
    "name": Order((_point.name, _point.id)),
    "-name": Order((_point.name, _point.id), descending=True),
}
SORTS = frozenset(_ORDERS)


def _per_township(point: Columns, number: FunctionElement[Any]) -> tuple[ColumnElement[Any], ...]:
    online = func.coalesce(number.filter(health_of(point) == "online"), 0)
    return (
        point.division_code,
        point.township_code,
        number.cast(Integer).label("points"),
        online.cast(Integer).label("online"),
    )


class CatalogueViews:
    """Reads for one viewer."""

    def __init__(self, connection: AsyncConnection, viewer: Actor, now: datetime) -> None:
        self._connection = connection
        self._viewer = viewer
        self._now = now

    async def page(self, asked: PointFilter, limit: int, sort: str = "", after: str = "") -> Page:
        """One page in the order ``sort``, beginning after the page that answered ``after``.

        Raises:
            InvalidInputError: no page of such a list answered ``after``.
        """
        order = _ORDERS[sort]
        if asked.words:
            return await searched_page(self._connection, self._listed, asked, order, limit, after)
        if asked.tallied and order is BY_PLACE:
            return await page_by_places(
                self._connection, self._viewer, self._listed(asked), asked, limit, after
            )
        counted = None if after or not asked.tallied else Found(await self._tallied(asked))
        return await keyset_page(self._connection, self._listed(asked), order, limit, after, counted=counted)

    def _listed(self, asked: PointFilter, *more: ColumnElement[Any]) -> Select[Any]:
        columns = (*_COLUMNS, *self._operations(asked.granted_to), *more)
        return visible_points(self._viewer, asked, self._now, *columns)

    async def _tallied(self, asked: PointFilter) -> int:
        query = visible_tallies(self._viewer, asked, TallyLevel.CITY, tallied_points())
        return (await self._connection.execute(query)).scalar_one()

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
        if asked.tallied:
            tally = point_tallies.c
            columns = _per_township(tally, func.sum(tally.points))
            query = visible_tallies(self._viewer, asked, TallyLevel.CITY, *columns)
        else:
            columns = _per_township(_point, func.count())
            query = visible_points(self._viewer, asked, self._now, *columns)
        return (await self._connection.execute(query.group_by(*columns[:2]))).all()

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
