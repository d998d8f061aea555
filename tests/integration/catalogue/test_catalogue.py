"""From the lower platform's inventory to a listed point, over HTTP and on a real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from tests.factories.catalogue import add_device
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import City, fresh_id
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import access_changes, audit_events, camera_points
from pinegate.domain.catalogue.inventory import InventoryItem
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import SyncOutcome
from pinegate.usecases.catalogue.sync_inventory import cameras_in, sync_inventory

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def camera(number: int, name: str = "", **values: object) -> InventoryItem:
    item = InventoryItem(
        f"34100200001320{number:06d}",
        name or f"老街东口{number}号",
        civil_code="341002",
        address="屯溪区老街街道",
        online=True,
        longitude=118.3 + number / 1e4,
        latitude=29.71,
        ptz_type=1,
        point_class=1,
    )
    return replace(item, **values)


async def sync(database: Database, device: str, *items: InventoryItem, complete: bool = True) -> SyncOutcome:
    async with database.transaction() as tx:
        cameras = cameras_in(items, HUANGSHAN)
        return await sync_inventory(tx, device, cameras, Act(None, NOW, fresh_id), complete=complete)


@pytest.fixture
async def device(database: Database, city: City) -> str:
    async with database.transaction() as tx:
        return await add_device(tx)


async def ids_of(database: Database) -> dict[str, str]:
    async with database.transaction() as tx:
        rows = await tx.connection.execute(select(camera_points.c.channel_code, camera_points.c.id))
        return {row.channel_code: row.id for row in rows}


async def list_them(client_as: ClientAs, ids: list[str]) -> None:
    police = await client_as(Role.POLICE_REVIEWER)
    marked = await police.post("/api/points/sharing-mark", json={"point_ids": ids, "shareable": True})
    assert marked.json() == {"changed": len(ids)}
    for role, event in ((Role.OPERATOR_CATALOGUER, "catalogue"), (Role.OPERATOR_LISTER, "list")):
        client = await client_as(role)
        moved = await client.post("/api/points/move", json={"point_ids": ids, "event": event})
        assert moved.json() == {"moved": sorted(ids), "refused": []}, moved.text


async def test_the_whole_way_of_a_camera_from_a_lower_platform_to_a_unit(
    database: Database, device: str, client_as: ClientAs
) -> None:
    group = InventoryItem("34100000002150000001", "业务分组")
    assert await sync(database, device, camera(1), camera(2), group) == SyncOutcome(2, 0, 0, ())
    unit = await client_as(Role.UNIT_CLERK)
    nothing = {"items": [], "next": None, "total": 0, "total_at_least": False}
    assert (await unit.get("/api/points")).json() == nothing
    await list_them(client_as, list((await ids_of(database)).values()))
    page = (await unit.get("/api/points", params={"q": "老街"})).json()
    assert page["total"] == 2
    point = page["items"][0]
    assert (point["division_name"], point["township_name"]) == ("屯溪区", "老街街道")
    assert point["ptz"] is True


async def test_a_unit_sees_neither_unlisted_points_nor_what_the_lower_platform_said(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1, raw={"IPAddress": "10.1.1.1"}), camera(2))
    ids = await ids_of(database)
    listed, unlisted = ids["34100200001320000001"], ids["34100200001320000002"]
    await list_them(client_as, [listed])
    unit = await client_as(Role.UNIT_VIEWER)
    assert (await unit.get(f"/api/points/{unlisted}")).status_code == 404
    seen = (await unit.get(f"/api/points/{listed}")).json()
    assert seen["upstream"] == {}
    assert seen["history"] == []
    operator = await client_as(Role.OPERATOR_CATALOGUER)
    full = (await operator.get(f"/api/points/{listed}")).json()
    assert full["upstream"] == {"IPAddress": "10.1.1.1"}
    assert [event["name"] for event in full["history"]] == [
        "catalogue.point_moved",
        "catalogue.point_moved",
        "catalogue.sharing_mark_set",
    ]


async def test_only_the_police_mark_and_only_with_a_reason_withdraw(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1))
    ids = list((await ids_of(database)).values())
    operator = await client_as(Role.OPERATOR_CATALOGUER)
    refused = await operator.post("/api/points/sharing-mark", json={"point_ids": ids, "shareable": True})
    assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")
    await list_them(client_as, ids)
    police = await client_as(Role.POLICE_LEADER)
    silent = await police.post("/api/points/sharing-mark", json={"point_ids": ids, "shareable": False})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    body = {"point_ids": ids, "shareable": False, "reason": "案件"}
    assert (await police.post("/api/points/sharing-mark", json=body)).json() == {"changed": 1}
    unit = await client_as(Role.UNIT_CLERK)
    assert (await unit.get("/api/points")).json()["total"] == 0


async def test_withdrawing_the_mark_announces_an_access_change(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1))
    ids = list((await ids_of(database)).values())
    police = await client_as(Role.POLICE_LEADER)
    for shareable in (True, False):
        body = {"point_ids": ids, "shareable": shareable, "reason": "x"}
        await police.post("/api/points/sharing-mark", json=body)
    async with database.transaction() as tx:
        changes = await tx.connection.execute(select(access_changes.c.scope, access_changes.c.target_id))
        assert [tuple(row) for row in changes] == [("point", ids[0])] * 2


async def test_an_edit_of_a_listed_point_takes_it_off_until_another_lists_it(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1))
    (point_id,) = (await ids_of(database)).values()
    await list_them(client_as, [point_id])
    cataloguer = await client_as(Role.OPERATOR_CATALOGUER)
    before = (await cataloguer.get(f"/api/points/{point_id}")).json()
    body = {
        "version": before["version"],
        "name": "屯溪区老街西口",
        "address": "老街9号",
        "division_code": "341002",
        "category": "back_alley",
        "longitude": 118.3,
        "latitude": 29.7,
        "record": {"landmark": "牌坊"},
    }
    edited = (await cataloguer.patch(f"/api/points/{point_id}", json=body)).json()
    assert (edited["listing_state"], edited["record"]) == ("catalogued", {"landmark": "牌坊"})
    again = await cataloguer.patch(f"/api/points/{point_id}", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert (await cataloguer.get("/api/points", params={"q": "西口"})).json()["total"] == 1
    wrong = await cataloguer.patch(
        f"/api/points/{point_id}", json=body | {"version": edited["version"], "record": {"direction": "77"}}
    )
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "direction")


async def test_what_was_catalogued_is_not_overwritten_by_the_next_inventory(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1), camera(2))
    ids = await ids_of(database)
    edited = ids["34100200001320000001"]
    cataloguer = await client_as(Role.OPERATOR_CATALOGUER)
    body = {"version": 1, "name": "编目名称", "division_code": "341002"}
    assert (await cataloguer.patch(f"/api/points/{edited}", json=body)).status_code == 200
    await sync(database, device, camera(1, "上级新名"), camera(2, "上级新名"))
    page = (await cataloguer.get("/api/points", params={"sort": "name"})).json()
    assert sorted(item["name"] for item in page["items"]) == ["上级新名", "编目名称"]


async def test_a_short_answer_removes_nothing_and_a_complete_one_does(
    database: Database, device: str, client_as: ClientAs
) -> None:
    await sync(database, device, camera(1), camera(2))
    ids = await ids_of(database)
    await list_them(client_as, list(ids.values()))
    assert (await sync(database, device, camera(1), complete=False)).missing == 0
    outcome = await sync(database, device, camera(1))
    gone = ids["34100200001320000002"]
    assert (outcome.missing, outcome.access_changed) == (1, (gone,))
    returned = await sync(database, device, camera(1), camera(2))
    assert returned.missing == 0
    operator = await client_as(Role.OPERATOR_CATALOGUER)
    assert (await operator.get(f"/api/points/{gone}")).json()["listing_state"] == "pending_check"


async def test_a_point_that_turns_secret_is_an_access_change(database: Database, device: str) -> None:
    await sync(database, device, camera(1))
    (point_id,) = (await ids_of(database)).values()
    assert (await sync(database, device, camera(1, secret=True))).access_changed == (point_id,)


async def test_tree_and_map_count_under_the_same_filter(
    database: Database, device: str, client_as: ClientAs
) -> None:
    far = [camera(n, longitude=117.9, latitude=29.9, online=n % 2 == 0) for n in range(10, 2_500)]
    await sync(database, device, camera(1, "新安江大桥"), *far)
    operator = await client_as(Role.OPERATOR_CATALOGUER)
    tree = (await operator.get("/api/points/tree")).json()
    assert (tree["name"], tree["count"], tree["online"]) == ("黄山市", 2_491, 1_246)
    assert tree["children"][0]["children"][0]["name"] == "老街街道"
    clusters = (await operator.get("/api/points/map")).json()
    assert sum(cluster["count"] for cluster in clusters["clusters"]) == 2_491
    near = (await operator.get("/api/points/map", params={"bbox": "118.2,29.7,118.4,29.8"})).json()
    assert [point["name"] for point in near["points"]] == ["新安江大桥"]
    found = (await operator.get("/api/points/map", params={"q": "大桥"})).json()
    assert len(found["points"]) == 1


async def test_a_box_that_is_no_box_names_the_field(client_as: ClientAs) -> None:
    operator = await client_as(Role.OPERATOR_CATALOGUER)
    answer = await operator.get("/api/points/map", params={"bbox": "1,2,x,4"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "bbox")


async def test_one_refused_point_stops_no_other(database: Database, device: str, client_as: ClientAs) -> None:
    await sync(database, device, camera(1), camera(2, "Camera 01"))
    ids = await ids_of(database)
    cataloguer = await client_as(Role.OPERATOR_CATALOGUER)
    answer = await cataloguer.post(
        "/api/points/move", json={"point_ids": list(ids.values()), "event": "catalogue"}
    )
    good, bad = ids["34100200001320000001"], ids["34100200001320000002"]
    assert answer.json() == {"moved": [good], "refused": [{"id": bad, "code": "record_incomplete"}]}
    async with database.transaction() as tx:
        moved = await tx.connection.execute(
            select(func.count()).where(audit_events.c.name == "catalogue.point_moved")
        )
        assert moved.scalar_one() == 1
