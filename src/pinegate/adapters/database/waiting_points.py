"""Points that wait for somebody: to be checked, to be listed, to be marked for sharing or not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import camera_points
from pinegate.adapters.database.visible_points import (
    PointFilter,
    TallyLevel,
    tallied_points,
    visible_points,
    visible_tallies,
)
from pinegate.domain.catalogue.listing import LISTING, ListingEvent, ListingState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import Role

_S = ListingState


@dataclass(frozen=True, slots=True)
class Waiting:
    """So many points wait, the first of them ``since`` then; ``route``: where in the portal they are listed."""

    kind: str
    route: str
    points: int
    since: datetime


def _asked(roles: frozenset[Role]) -> Iterator[tuple[str, str, PointFilter]]:
    if _S.PENDING_CHECK in LISTING.states_of(ListingEvent.CATALOGUE, roles):
        yield "points.check", "/catalogue?state=pending_check", PointFilter(state=_S.PENDING_CHECK)
    if _S.CATALOGUED in LISTING.states_of(ListingEvent.LIST, roles):
        wanted = PointFilter(state=_S.CATALOGUED, shared=True, not_secret=True)
        yield "points.list", "/catalogue?state=catalogued&shared=true", wanted
    # The leader may mark as well, and is not reminded of it.
    if Role.POLICE_REVIEWER in roles:
        wanted = PointFilter(shared=False, undecided=True, not_secret=True)
        yield "points.mark", "/catalogue?shared=false", wanted


async def waiting_points(connection: AsyncConnection, viewer: Actor, now: datetime) -> list[Waiting]:
    """What waits for ``viewer``."""
    found: list[Waiting] = []
    first_seen = camera_points.c.first_seen_at
    for kind, route, wanted in _asked(viewer.roles):
        number = visible_tallies(viewer, wanted, TallyLevel.CITY, tallied_points()).scalar_subquery()
        oldest = visible_points(viewer, wanted, now, first_seen).order_by(first_seen).limit(1)
        query = select(number.label("points"), oldest.scalar_subquery().label("since"))
        row = (await connection.execute(query)).one()
        if row.points:
            found.append(Waiting(kind, route, row.points, row.since))
    return found
