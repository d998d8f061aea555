"""The points on a map: one by one where they are few, else as clusters with their counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, func, literal
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import camera_points, point_tallies
from pinegate.adapters.database.visible_points import (
    CITY_DEGREES,
    PointFilter,
    TallyLevel,
    health,
    visible_points,
    visible_tallies,
)
from pinegate.domain.organizations.parties import Actor

_point, _tally = camera_points.c, point_tallies.c
MAX_MAP_POINTS = 1_000
_COLUMNS = (
    _point.id,
    _point.name,
    _point.longitude,
    _point.latitude,
    health,
    _point.ptz_type,
    _point.listing_state,
)
Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class MapView:
    """Either single points or clusters, never more than a screen can show."""

    points: Rows
    clusters: Rows


async def map_view(
    connection: AsyncConnection, viewer: Actor, asked: PointFilter, now: datetime, zoom: int
) -> MapView:
    """Points where they are few, else one cluster per 40/2^zoom degrees. Cells are the same for everybody, so that
    clusters stay where they are while somebody moves the map.
    """
    if asked.tallied and zoom <= TallyLevel.NEAR:
        query = _from_tallies(viewer, asked, zoom)
    else:
        query = _from_points(viewer, asked, now, zoom)
    clusters = (await connection.execute(query)).all()
    if sum(cluster.points for cluster in clusters) > MAX_MAP_POINTS:
        return MapView((), clusters)
    few = visible_points(viewer, asked, now, *_COLUMNS).where(*_LOCATED)
    return MapView((await connection.execute(few)).all(), ())


_LOCATED = (_point.longitude.is_not(None), _point.latitude.is_not(None))


def _from_tallies(viewer: Actor, asked: PointFilter, zoom: int) -> Select[Any]:
    level = min(level for level in TallyLevel if level >= max(zoom, TallyLevel.FAR))
    points = func.sum(_tally.points)
    query = visible_tallies(
        viewer,
        asked,
        level,
        (func.sum(_tally.longitude_sum) / points).label("longitude"),
        (func.sum(_tally.latitude_sum) / points).label("latitude"),
        points.cast(Integer).label("points"),
    )
    return query.group_by(*(_coarser(cell, level - zoom) for cell in (_tally.x, _tally.y))).having(points > 0)


def _coarser(cell: ColumnElement[int], levels: int) -> ColumnElement[int]:
    return cell.op(">>")(literal(levels, Integer))


def _from_points(viewer: Actor, asked: PointFilter, now: datetime, zoom: int) -> Select[Any]:
    cell = CITY_DEGREES / 2**zoom
    query = visible_points(
        viewer,
        asked,
        now,
        func.avg(_point.longitude).label("longitude"),
        func.avg(_point.latitude).label("latitude"),
        func.count().label("points"),
    )
    return query.where(*_LOCATED).group_by(
        func.floor(_point.longitude / cell), func.floor(_point.latitude / cell)
    )
