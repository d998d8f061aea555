"""Organizations, persons, systems and rosters; the duty that binds a person before any picture."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from tests.factories.applications import add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City, add_person
from tests.integration.conftest import ClientAs, Clock
from tests.integration.two_persons import confirmed, proposed

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import access_changes, audit_events, persons
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.parties import PersonState
from pinegate.domain.organizations.roles import OrganizationKind, Role

NEW = {"name": "新人", "staff_number": "N1", "roles": ["unit_viewer"], "login": "newcomer"}


async def test_units_see_themselves_and_authorities_see_all(client_as: ClientAs, city: City) -> None:
    own = (await (await client_as(Role.UNIT_CLERK)).get("/api/organizations")).json()["items"]
    assert [organization["id"] for organization in own] == [city.unit]
    every = (await (await client_as(Role.BUREAU_REVIEWER)).get("/api/organizations")).json()["items"]
    assert len(every) == 6
    foreign = f"/api/organizations/{city.other_unit}"
    assert (await (await client_as(Role.UNIT_CLERK)).get(foreign)).status_code == 404
    assert (await (await client_as(Role.POLICE_LEADER)).get(foreign)).status_code == 403
    assert len((await (await client_as(Role.SECURITY_ADMIN)).get(foreign)).json()["persons"]) == 3


async def test_a_suspended_organization_is_shut_out_at_once(client_as: ClientAs, city: City) -> None:
    clerk, security = await client_as(Role.UNIT_CLERK), await client_as(Role.SECURITY_ADMIN)
    path = f"/api/organizations/{city.unit}"
    assert (await security.patch(path, json={"standing": "suspended"})).json()["standing"] == "suspended"
    assert (await clerk.get("/api/systems")).status_code == 401
    back = await security.patch(path, json={"standing": "active"})
    assert (back.status_code, back.json()["code"]) == (409, "second_person_missing")
    own = await security.patch(f"/api/organizations/{city.bureau}", json={"standing": "ended"})
    assert own.status_code == 422


async def test_a_person_s_link_is_shown_once(client_as: ClientAs, city: City) -> None:
    leader = await client_as(Role.UNIT_LEADER)
    made = await leader.post(f"/api/organizations/{city.unit}/persons", json=NEW)
    assert made.status_code == 201
    assert len(made.json()["link"]["secret"]) >= 40
    assert made.json()["person"]["state"] == "nominated"
    again = await leader.post(f"/api/organizations/{city.unit}/persons", json={**NEW, "staff_number": "N2"})
    assert again.json()["errors"][0]["field"] == "login"
    listed = (await leader.get(f"/api/organizations/{city.unit}")).text
    assert made.json()["link"]["secret"] not in listed


async def test_a_unit_s_leader_adds_viewers_to_the_own_unit_only(client_as: ClientAs, city: City) -> None:
    leader = await client_as(Role.UNIT_LEADER)
    own, other = (f"/api/organizations/{unit}/persons" for unit in (city.unit, city.other_unit))
    assert (await leader.post(own, json=NEW)).status_code == 201
    assert (await leader.post(other, json=NEW)).status_code == 403
    clerk = {**NEW, "roles": ["unit_clerk"], "staff_number": "N3", "login": "clerk-3"}
    assert (await leader.post(own, json=clerk)).status_code == 403
    for role in (Role.UNIT_CLERK, Role.SECURITY_ADMIN):
        assert (await (await client_as(role)).post(own, json=NEW)).status_code == 403


@pytest.mark.parametrize(
    "roles", [["police_leader"], ["unit_clerk", "bureau_approver"], ["bureau_reviewer", "bureau_approver"]]
)
async def test_roles_that_do_not_sit_together_are_refused(
    client_as: ClientAs, city: City, roles: list[str]
) -> None:
    security = await client_as(Role.SECURITY_ADMIN)
    where = city.bureau if "bureau_reviewer" in roles else city.unit
    body = {"kind": "person", "reason": "机构调整", "organization_id": where}
    answer = await security.post("/api/proposals", json={**body, "person": {**NEW, "roles": roles}})
    assert (answer.status_code, answer.json()["code"]) == (409, "roles_incompatible")


async def test_a_locked_person_is_signed_out_and_let_in_again_by_two(client_as: ClientAs, city: City) -> None:
    viewer = await client_as(Role.UNIT_VIEWER)
    security = await client_as(Role.SECURITY_ADMIN)
    path = f"/api/persons/{city.persons[Role.UNIT_VIEWER].id}"
    assert (await security.patch(path, json={"state": "account_locked"})).json()["state"] == "account_locked"
    assert (await viewer.get("/api/systems")).status_code == 401
    alone = await security.patch(path, json={"state": "account_active"})
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person_missing")
    unlock = await proposed(security, "unlock", person_id=city.persons[Role.UNIT_VIEWER].id)
    await confirmed(await client_as(Role.UNIT_LEADER), unlock)
    assert (await (await client_as(Role.UNIT_VIEWER)).get("/api/systems")).status_code == 200
    assert (await viewer.get("/api/systems")).status_code == 401, "the ended session stays ended"
    never = await security.patch(path, json={"state": "acknowledged"})
    assert (never.status_code, never.json()["code"]) == (409, "no_such_step")


async def test_a_clerk_registers_systems_of_the_own_unit(client_as: ClientAs, city: City) -> None:
    clerk = await client_as(Role.UNIT_CLERK)
    made = await clerk.post("/api/systems", json={"name": "城市管理平台"})
    assert (made.status_code, made.json()["organization_id"]) == (201, city.unit)
    assert (await clerk.post("/api/systems", json={"name": "城市管理平台"})).status_code == 422
    assert (
        await (await client_as(Role.BUREAU_APPROVER)).post("/api/systems", json={"name": "x"})
    ).status_code == 403
    assert len((await clerk.get("/api/systems")).json()["items"]) == 2


async def test_the_roster_is_the_unit_s_own(client_as: ClientAs, city: City) -> None:
    clerk = await client_as(Role.UNIT_CLERK)
    viewer, stranger = city.persons[Role.UNIT_VIEWER].id, city.outsiders[Role.UNIT_VIEWER].id
    roster = f"/api/systems/{city.system}/roster"
    assert (await clerk.put(f"{roster}/{viewer}")).status_code == 204
    assert (await clerk.put(f"{roster}/{viewer}")).status_code == 204
    assert (await clerk.put(f"{roster}/{stranger}")).status_code == 404
    entries = (await clerk.get(roster)).json()["items"]
    assert [(entry["person_id"], entry["acknowledged"]) for entry in entries] == [(viewer, False)]
    outsider = await client_as(city.outsiders[Role.UNIT_CLERK])
    assert (await outsider.get(roster)).status_code == 404
    assert (await outsider.delete(f"{roster}/{viewer}")).status_code == 404
    assert (await (await client_as(Role.UNIT_VIEWER)).put(f"{roster}/{viewer}")).status_code == 403
    assert (await clerk.delete(f"{roster}/{viewer}")).status_code == 204
    assert (await clerk.get(roster)).json()["items"] == []


@pytest.fixture
async def newcomer(database: Database, city: City, clock: Clock, client_as: ClientAs) -> Any:
    """A nominated viewer on the roster of a system with an agreement in force, and that agreement's id."""
    async with database.transaction() as tx:
        points = await add_points(tx, await add_device(tx))
        filed = await add_application(tx, city, ApplicationState.ACTIVE, points, clock())
        person = await add_person(
            tx,
            city.unit,
            OrganizationKind.USING_UNIT,
            Role.UNIT_VIEWER,
            name="程 亮",
            state=PersonState.NOMINATED,
        )
    clerk = await client_as(Role.UNIT_CLERK)
    await clerk.put(f"/api/systems/{city.system}/roster/{person.id}")
    return await client_as(person), person, filed.agreement


async def test_a_person_is_let_in_by_acknowledging_in_the_own_name(
    newcomer: tuple[httpx2.AsyncClient, Any, str], database: Database
) -> None:
    client, person, agreement = newcomer
    duty = (await client.get(f"/api/agreements/{agreement}/duty")).json()
    assert "本协议自签字盖章之日起生效。" in "".join(duty["text"])
    assert duty["acknowledged"] is False
    path = f"/api/agreements/{agreement}/acknowledgement"
    wrong = await client.post(path, json={"signature_name": "别人"})
    assert wrong.json()["errors"][0]["field"] == "signature_name"
    assert (await client.post(path, json={"signature_name": "程亮"})).status_code == 204
    assert (await client.post(path, json={"signature_name": "程亮"})).status_code == 204
    async with database.transaction() as tx:
        state = await tx.connection.execute(select(persons.c.state).where(persons.c.id == person.id))
        assert state.scalar_one() == "account_active"
        named = await tx.connection.execute(select(audit_events.c.name))
        assert named.scalars().all().count("organizations.duty_acknowledged") == 1
        changed = await tx.connection.execute(select(access_changes.c.target_id))
        assert person.id in changed.scalars().all()
    assert (await client.get("/api/workbench")).json()["tasks"] == []


async def test_who_must_acknowledge_finds_it_on_the_workbench(
    newcomer: tuple[httpx2.AsyncClient, Any, str], client_as: ClientAs, city: City
) -> None:
    nominated, _, agreement = newcomer
    assert (await nominated.get("/api/workbench")).status_code == 200
    active = city.others[Role.UNIT_VIEWER]
    await (await client_as(Role.UNIT_CLERK)).put(f"/api/systems/{city.system}/roster/{active.id}")
    (task,) = (await (await client_as(active)).get("/api/workbench")).json()["tasks"]
    assert (task["kind"], task["subject_id"], task["urgent"]) == ("duty.acknowledge", agreement, True)


async def test_who_is_not_on_the_roster_has_no_duty(client_as: ClientAs, newcomer: Any) -> None:
    _, _, agreement = newcomer
    leader = await client_as(Role.UNIT_LEADER)
    assert (await leader.get(f"/api/agreements/{agreement}/duty")).status_code == 404
