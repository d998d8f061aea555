"""The list of points in the order of their places, read only where the tallies say that there is something to find.

A filter that few points pass, all of them far down the list, would otherwise have the list walked through to them.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.keyset_pages import Found, Order, Page, keyset_page
from pinegate.adapters.database.tables import camera_points, point_tallies
from pinegate.adapters.database.visible_points import PointFilter, TallyLevel, tallied_points, visible_tallies
from pinegate.domain.organizations.parties import Actor

_point, _tally = camera_points.c, point_tallies.c
BY_PLACE = Order((_point.division_code, _point.township_code, _point.name, _point.id))
Place = tuple[str, str]


async def page_by_places(
    connection: AsyncConnection,
    viewer: Actor,
    listed: Select[Any],
    asked: PointFilter,
    limit: int,
    after: str,
) -> Page:
    """One page of ``listed``, which are the points that ``viewer`` may know of and ``asked`` for, which is tallied.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    place = (_tally.division_code, _tally.township_code)
    points = tallied_points()
    query = visible_tallies(viewer, asked, TallyLevel.CITY, *place, points.label("points"))
    query = query.group_by(*place).having(points > 0).order_by(*place)
    if after:
        query = query.where(tuple_(*place) >= tuple_(*BY_PLACE.place(after)[:2]))
    tallies = [
        ((row.division_code, row.township_code), row.points) for row in await connection.execute(query)
    ]
    found = None if after else Found(sum(points for _, points in tallies))
    near = _places_of_a_page(tallies, limit, begun=bool(after))
    page = await keyset_page(connection, listed.where(_within(near)), BY_PLACE, limit, after, counted=found)
    if page.next is None and len(near) < len(tallies):
        # Some have gone since they were tallied, and the page is not full.
        page = await keyset_page(connection, listed, BY_PLACE, limit, after, counted=found)
    return replace(page, found=found)


def _places_of_a_page(tallies: list[tuple[Place, int]], limit: int, *, begun: bool) -> list[Place]:
    """As many as surely hold more than ``limit`` points; ``begun``: of the first, nobody knows how many are left."""
    places: list[Place] = []
    surely = 0
    for place, points in tallies:
        surely += 0 if begun and not places else points
        places.append(place)
        if surely > limit:
            break
    return places


def _within(places: list[Place]) -> ColumnElement[bool]:
    here = tuple_(_point.division_code, _point.township_code)
    if len(places) == 1:
        [(division, township)] = places
        return and_(_point.division_code == division, _point.township_code == township)
    if not places:
        return here.in_(places)
    return and_(here >= tuple_(*places[0]), here <= tuple_(*places[-1]), here.in_(places))
