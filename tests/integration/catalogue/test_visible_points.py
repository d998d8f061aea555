"""Which points somebody may know of, and which are granted to a system at this moment."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.factories.applications import Filed, add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City
from tests.integration.conftest import Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import camera_points
from pinegate.adapters.database.visible_points import PointFilter, visible_points
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind


async def seen(
    database: Database, clock: Clock, kind: OrganizationKind, organization: str = "", system: str = ""
) -> set[str]:
    """What somebody of such an organization finds; ``system``: only what is granted to it."""
    viewer = Actor("somebody", organization, kind, frozenset())
    query = visible_points(viewer, PointFilter(granted_to=system), clock(), camera_points.c.id)
    async with database.transaction() as tx:
        return set((await tx.connection.execute(query)).scalars())


@pytest.mark.parametrize("kind", list(OrganizationKind))
async def test_only_insiders_know_of_points_that_are_not_shared(
    database: Database, clock: Clock, kind: OrganizationKind
) -> None:
    async with database.transaction() as tx:
        device = await add_device(tx)
        shared = await add_points(tx, device, 1)
        hidden = [
            *await add_points(tx, device, 1, listing_state=ListingState.DELISTED, first=2),
            *await add_points(tx, device, 1, listing_state=ListingState.CATALOGUED, first=3),
            *await add_points(tx, device, 1, sharing_mark=False, first=4),
            *await add_points(tx, device, 1, secret=True, first=5),
        ]
    insiders = (OrganizationKind.POLICE, OrganizationKind.DATA_BUREAU, OrganizationKind.OPERATOR)
    expected = {*shared, *hidden} if kind in insiders else set(shared)
    assert await seen(database, clock, kind) == expected


@pytest.fixture
async def filed(database: Database, city: City, clock: Clock) -> Filed:
    async with database.transaction() as tx:
        points = await add_points(tx, await add_device(tx), 2)
        return await add_application(tx, city, ApplicationState.ACTIVE, points[:1], clock())


async def granted(database: Database, clock: Clock, city: City, unit: str = "") -> set[str]:
    kind = OrganizationKind.USING_UNIT
    return await seen(database, clock, kind, unit or city.unit, city.system)


async def test_a_unit_learns_of_its_own_grants_and_of_nobody_else_s(
    database: Database, clock: Clock, city: City, filed: Filed
) -> None:
    assert await granted(database, clock, city) == set(filed.points)
    assert await granted(database, clock, city, "another unit") == set()
    insiders = await seen(database, clock, OrganizationKind.DATA_BUREAU, system=city.system)
    assert insiders == set(filed.points)


@pytest.mark.parametrize("state", ["pending", "suspended", "revoked", "expired"])
async def test_only_an_active_grant_counts(
    database: Database, clock: Clock, city: City, filed: Filed, state: str
) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(text("update grants set state = :state"), {"state": state})
    assert await granted(database, clock, city) == set()


async def test_a_grant_counts_from_its_first_moment_until_just_before_its_last(
    database: Database, clock: Clock, city: City, filed: Filed
) -> None:
    begins, ends = clock.now, clock.now + timedelta(hours=1)
    async with database.transaction() as tx:
        await tx.connection.execute(
            text("update grants set valid_from = :begins, valid_until = :ends"),
            {"begins": begins, "ends": ends},
        )
    found: list[bool] = []
    for moment in (begins - timedelta(seconds=1), begins, ends - timedelta(seconds=1), ends):
        clock.now = moment
        found.append(bool(await granted(database, clock, city)))
    assert found == [False, True, True, False]
