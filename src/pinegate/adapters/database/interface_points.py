"""The granted points of one information system, as its programs list them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import camera_points, grants
from pinegate.adapters.database.visible_points import PointFilter, health, visible_points
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor

_P = camera_points.c


@dataclass(frozen=True, slots=True)
class GrantedPoint:
    """A point's row, what is granted of it now, and until when at the latest."""

    row: Row[*tuple[Any, ...]]
    operations: tuple[str, ...]
    valid_until: datetime


async def granted_points(
    connection: AsyncConnection,
    viewer: Actor,
    system_id: str,
    now: datetime,
    *,
    only: str | None = None,
    limit: int = 500,
    offset: int = 0,
) -> tuple[Sequence[GrantedPoint], int]:
    """Points with a grant valid now, by code; and how many there are."""
    asked = PointFilter(granted_to=system_id, ids=(only,) if only else ())
    columns = (_P.id, _P.channel_code, _P.name, _P.address, _P.division_code, _P.township_code, health)
    page = visible_points(viewer, asked, now, *columns).order_by(_P.channel_code).limit(limit).offset(offset)
    rows = (await connection.execute(page)).all()
    total = await connection.execute(visible_points(viewer, asked, now, func.count()))
    granted = await _grants(connection, system_id, [row.id for row in rows], now)
    found = [GrantedPoint(row, *granted[row.id]) for row in rows if row.id in granted]
    return found, int(total.scalar_one())


async def _grants(
    connection: AsyncConnection, system_id: str, point_ids: Sequence[str], now: datetime
) -> Mapping[str, tuple[tuple[str, ...], datetime]]:
    grant = grants.c
    query = select(grant.point_id, grant.operations, grant.valid_until).where(
        grant.system_id == system_id,
        grant.point_id.in_(point_ids),
        grant.state == GrantState.ACTIVE,
        grant.valid_from <= now,
        grant.valid_until > now,
    )
    found: dict[str, tuple[tuple[str, ...], datetime]] = {}
    for row in await connection.execute(query):
        operations, until = found.get(row.point_id, ((), row.valid_until))
        merged = tuple(sorted({*operations, *row.operations}))
        found[row.point_id] = (merged, max(until, row.valid_until))
    return found
