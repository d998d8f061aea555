"""Lists, counts and clusters of points are the points' own, whatever happens to them meanwhile."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from random import Random

import httpx2
import pytest
from sqlalchemy import delete, func, select, update
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City
from tests.integration.conftest import ClientAs

from pinegate.adapters.database import catalogue_search, keyset_pages
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import camera_points, devices, point_tallies
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.search_words import point_words
from pinegate.domain.organizations.roles import Role

_P = camera_points.c
STATES = (ListingState.LISTED, ListingState.CATALOGUED, ListingState.PENDING_CHECK)


async def change_something(tx: Transaction, random: Random, device: str) -> None:
    """One thing that happens to some points."""
    some = select(_P.id).where(_P.device_id == device).order_by(func.random()).limit(random.randint(1, 9))
    match random.randint(0, 5):
        case 0:
            first = random.randint(1, 900_000)
            await add_points(
                tx, device, random.randint(1, 9), listing_state=random.choice(STATES), first=first
            )
        case 1:
            await tx.connection.execute(delete(camera_points).where(_P.id.in_(some)))
        case 2:
            place = {"longitude": random.choice([None, 118 + random.random()]), "latitude": 29.5}
            await tx.connection.execute(update(camera_points).where(_P.id.in_(some)).values(**place))
        case 3:
            state = {"listing_state": random.choice(STATES), "secret": random.random() < 0.2}
            await tx.connection.execute(update(camera_points).where(_P.id.in_(some)).values(**state))
        case 4:
            marked = {"sharing_mark": random.random() < 0.5, "sharing_marked_at": datetime.now(UTC)}
            await tx.connection.execute(update(camera_points).where(_P.id.in_(some)).values(**marked))
        case _:
            moved = {"township_code": "341002103", "division_code": "341002", "health": "offline"}
            await tx.connection.execute(update(camera_points).where(_P.id.in_(some)).values(**moved))


async def many_changes(database: Database, random: Random, device: str) -> None:
    for _ in range(12):
        async with database.transaction() as tx:
            for _ in range(random.randint(1, 3)):
                await change_something(tx, random, device)
            if random.random() < 0.2:
                await tx.connection.rollback()


async def settle_often(database: Database) -> None:
    for _ in range(10):
        async with database.transaction() as tx:
            await tx.tallies.settle(3)


def leaves(node: dict[str, object]) -> list[dict[str, object]]:
    children = node["children"]
    assert isinstance(children, list)
    return [leaf for child in children for leaf in leaves(child)] or [node]


WORLD = "0,0,360,90"
FILTERS: tuple[dict[str, str], ...] = (
    {},
    {"state": "listed"},
    {"health": "offline"},
    {"shared": "true"},
    {"division": "341002103"},
    {"category": "背街小巷", "health": "online"},
)


@pytest.mark.parametrize("seed", range(3))
async def test_clusters_and_counts_sum_to_the_points_that_somebody_may_know_of(
    database: Database, city: City, client_as: ClientAs, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    monkeypatch.setattr("pinegate.adapters.database.catalogue_map.MAX_MAP_POINTS", 0)
    async with database.transaction() as tx:
        here = [await add_device(tx, f"3410000000200000000{n}", f"平台{n}") for n in range(3)]
        for number, device in enumerate(here):
            await add_points(tx, device, 30, first=1000 * number)
        await tx.connection.execute(update(devices).where(devices.c.id == here[2]).values(online=False))
    await asyncio.gather(
        *(many_changes(database, Random(random.random()), device) for device in here),
        settle_often(database),
        settle_often(database),
    )
    for role in (Role.OPERATOR_CATALOGUER, Role.UNIT_CLERK):
        client = await client_as(role)
        for asked in FILTERS:
            listed = (await client.get("/api/points", params={**asked, "page_size": 500})).json()
            tree = (await client.get("/api/points/tree", params=asked)).json()
            assert listed["next"] is None
            assert tree["count"] == listed["total"] == len(listed["items"]), (role, asked)
            assert tree["online"] == sum(item["health"] == "online" for item in listed["items"])
            located = sum(item["longitude"] is not None for item in listed["items"])
            for zoom in (6, 9, 10, 11, 13, 15):
                seen = (
                    await client.get("/api/points/map", params={**asked, "zoom": zoom, "bbox": WORLD})
                ).json()
                assert sum(cluster["count"] for cluster in seen["clusters"]) == located, (asked, zoom)


async def test_settling_leaves_one_row_for_each_kind_of_point(database: Database) -> None:
    async with database.transaction() as tx:
        device = await add_device(tx)
        for number in range(20):
            await add_points(tx, device, 1, first=number)
        await tx.connection.execute(update(camera_points).values(longitude=118.3))
        await tx.connection.execute(delete(camera_points).where(_P.channel_code.like("%1")))
        assert await tx.tallies.settle(100) >= 4
        rows = (await tx.connection.execute(select(point_tallies.c.level, point_tallies.c.points))).all()
        assert sorted(map(tuple, rows)) == [(0, 18), (9, 18), (11, 18), (13, 18)]
        assert await tx.tallies.settle(100) == 0


async def all_pages(client: httpx2.AsyncClient, path: str, **asked: str) -> list[str]:
    """The ids of all pages, as somebody who turns them meets them."""
    found: list[str] = []
    after = ""
    while True:
        page = (await client.get(path, params={**asked, "after": after})).json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return found
        after = page["next"]


@pytest.mark.parametrize("sort", ["", "name", "-name"])
async def test_turning_pages_meets_each_point_once_while_others_arrive(
    database: Database, city: City, client_as: ClientAs, sort: str
) -> None:
    async with database.transaction() as tx:
        device = await add_device(tx)
        standing = await add_points(tx, device, 120, first=2000)

    async def arrive() -> None:
        for number in range(40):
            async with database.transaction() as tx:
                await add_points(tx, device, 2, first=(1000, 3000)[number % 2] + 2 * number)

    client = await client_as(Role.OPERATOR_CATALOGUER)
    found, _ = await asyncio.gather(all_pages(client, "/api/points", sort=sort, page_size="7"), arrive())
    counted = Counter(found)
    assert set(standing) <= counted.keys()
    assert max(counted.values()) == 1


async def add_words(database: Database) -> None:
    """``search`` as the program writes it."""
    async with database.transaction() as tx:
        for row in await tx.connection.execute(select(_P.id, _P.name, _P.address, _P.channel_code)):
            words = func.array_to_tsvector(point_words(row.name, row.address, row.channel_code))
            await tx.connection.execute(update(camera_points).where(_P.id == row.id).values(search=words))


@pytest.mark.parametrize("looked_through", [2, 1000])
@pytest.mark.parametrize("most_counted", [3, 10_000])
async def test_a_search_finds_the_same_however_common_the_words_are(
    database: Database,
    city: City,
    client_as: ClientAs,
    monkeypatch: pytest.MonkeyPatch,
    most_counted: int,
    looked_through: int,
) -> None:
    async with database.transaction() as tx:
        device = await add_device(tx)
        points = await add_points(tx, device, 30, first=100)
        late = (
            update(camera_points)
            .where(_P.id.in_(points[10:]))
            .values(division_code="341021", name="歙县古桥")
        )
        await tx.connection.execute(late)
    await add_words(database)
    monkeypatch.setattr(keyset_pages, "MOST_COUNTED", most_counted)
    monkeypatch.setattr(catalogue_search, "_LOOKED_THROUGH", looked_through)
    client = await client_as(Role.OPERATOR_CATALOGUER)
    for words, expected in (
        ("歙县", points[10:]),
        ("老街", points),
        ("老街 口", points[:10]),
        ("34100200001310", points),
        ("34100200001310000107", points[7:8]),
        ("107", points[7:8]),
        ("3410020000131000010 古桥", []),
        ("歙县 10", points[:0]),
    ):
        found = await all_pages(client, "/api/points", q=words, page_size="4")
        assert sorted(found) == sorted(expected), words
        page = (await client.get("/api/points", params={"q": words, "page_size": "2"})).json()
        assert page["total"] == min(len(expected), most_counted) or not page["total_at_least"]


@pytest.mark.parametrize("after", ["x", "bnVsbA==", "WzEsMl0=", "WyIiLCIiLCIiLCJcdTAwMDAiXQ=="])
async def test_a_place_in_the_list_that_no_page_answered_is_named(client_as: ClientAs, after: str) -> None:
    client = await client_as(Role.OPERATOR_CATALOGUER)
    for path in ("/api/points", "/api/access-register", "/api/audit"):
        who = await client_as(Role.AUDIT_ADMIN) if path != "/api/points" else client
        answer = await who.get(path, params={"after": after})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after"), path
