"""What makes persons takes two: one security administrator alone reaches no picture, whatever he asks of the API."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from tests.factories.applications import add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City, Person
from tests.integration.conftest import ClientAs, Clock
from tests.integration.two_persons import confirmed, enrol, proposed

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import accounts, audit_events, organizations, persons
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.enrolment import MOST_FAILED_CODES
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.token_buckets import TokenBuckets

PASSWORD = "correct horse battery"
UNIT = {"kind": "using_unit", "name": "黄山市林业局"}
CLERK = {"name": "林新", "staff_number": "L1", "roles": ["unit_clerk"], "login": "lin-clerk"}


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, sign_in_limit=TokenBuckets(burst=1000, per_second=1000))


@pytest.fixture
async def security(client_as: ClientAs) -> httpx2.AsyncClient:
    return await client_as(Role.SECURITY_ADMIN)


@pytest.fixture
async def auditor(client_as: ClientAs) -> httpx2.AsyncClient:
    return await client_as(Role.AUDIT_ADMIN)


async def standing(database: Database) -> tuple[int, int, list[Any]]:
    """How many organizations and persons there are, and what each of these may do."""
    async with database.transaction() as tx:
        units = (await tx.connection.execute(select(func.count()).select_from(organizations))).scalar_one()
        people = (
            await tx.connection.execute(
                select(persons.c.id, persons.c.roles, persons.c.state, accounts.c.password_hash)
                .outerjoin(accounts, accounts.c.person_id == persons.c.id)
                .order_by(persons.c.id)
            )
        ).all()
    return units, len(people), list(people)


async def test_one_security_administrator_alone_invents_nobody(
    security: httpx2.AsyncClient, anonymous: httpx2.AsyncClient, city: City, database: Database
) -> None:
    before = await standing(database)
    clerk, viewer = city.persons[Role.UNIT_CLERK], city.persons[Role.UNIT_VIEWER]
    own = city.persons[Role.SECURITY_ADMIN]
    drafts: list[dict[str, Any]] = [
        {"kind": "organization", "organization": UNIT},
        *(
            {
                "kind": "person",
                "organization_id": home,
                "person": {**CLERK, "roles": [role], "login": f"x-{role.replace('_', '-')}"},
            }
            for home, role in (
                (city.unit, "unit_clerk"),
                (city.unit, "unit_viewer"),
                (city.police, "police_leader"),
                (city.bureau, "bureau_approver"),
                (city.bureau, "audit_admin"),
                (city.operator, "operator_provisioner"),
            )
        ),
        {"kind": "roles", "person_id": clerk.id, "roles": ["unit_leader"]},
        {"kind": "enrolment", "person_id": viewer.id, "renews_totp": True},
    ]
    for draft in drafts:
        made = await security.post("/api/proposals", json={"reason": "机构调整", **draft})
        assert made.status_code == 202, made.text
        for event in ("confirm", "decline"):
            alone = await security.post(f"/api/proposals/{made.json()['id']}/{event}", json={"text": "是"})
            assert (alone.status_code, alone.json()["code"]) == (403, "role_may_not")
    for person in (clerk, viewer, own):
        drawn = await security.post(f"/api/persons/{person.id}/enrolment-link")
        assert drawn.status_code == 409, drawn.text
        for body in ({"roles": ["unit_leader"]}, {"state": "account_active", "roles": ["unit_leader"]}):
            assert (await security.patch(f"/api/persons/{person.id}", json=body)).status_code == 422
    assert (await security.post("/api/organizations", json=UNIT)).status_code == 405
    direct = await security.post(f"/api/organizations/{city.unit}/persons", json=CLERK)
    assert direct.status_code == 403
    roster = f"/api/systems/{city.system}/roster/{viewer.id}"
    assert (await security.put(roster)).status_code == 403
    for login in ("x-unit-viewer", "x-unit-clerk", viewer.login):
        form = {"login": login, "password": PASSWORD}
        assert (await anonymous.post("/api/session", json=form)).status_code == 401
    assert await standing(database) == before


async def test_he_reaches_no_picture_by_the_account_of_a_viewer_who_sees_it(
    security: httpx2.AsyncClient,
    auditor: httpx2.AsyncClient,
    anonymous: httpx2.AsyncClient,
    city: City,
    database: Database,
    clock: Clock,
) -> None:
    """Even where a second person confirmed in good faith: the link opens nothing without the code, which he has not."""
    viewer = city.persons[Role.UNIT_VIEWER]
    async with database.transaction() as tx:
        points = await add_points(tx, await add_device(tx))
        await add_application(tx, city, ApplicationState.ACTIVE, points, clock())
    made = await confirmed(auditor, await proposed(security, "enrolment", person_id=viewer.id))
    link = (await security.post(f"/api/persons/{viewer.id}/enrolment-link")).json()["secret"]
    for guess in ("", *(f"AAAA-AAA{n}" for n in range(2, MOST_FAILED_CODES + 1))):
        form = {"secret": link, "code": guess, "password": PASSWORD}
        assert (await anonymous.post("/api/enrolment", json=form)).status_code in (403, 404)
    drawn = await security.post(f"/api/persons/{viewer.id}/enrolment-link")
    assert drawn.json()["code"] == "enrolment_not_open", "drawing anew gives no further guesses"
    form = {"secret": link, "code": made["code"], "password": PASSWORD}
    assert (await anonymous.post("/api/enrolment", json=form)).status_code == 404
    signed = await anonymous.post("/api/session", json={"login": viewer.login, "password": PASSWORD})
    assert signed.status_code == 401


async def test_two_persons_enter_a_unit_and_its_people_and_no_one_knows_a_password(
    security: httpx2.AsyncClient, auditor: httpx2.AsyncClient, anonymous: httpx2.AsyncClient
) -> None:
    unit = await confirmed(auditor, await proposed(security, "organization", organization=UNIT))
    entry = {"organization_id": unit["organization_id"], "person": CLERK}
    clerk = await confirmed(auditor, await proposed(security, "person", **entry))
    assert unit["code"] is None
    assert (await auditor.post(f"/api/persons/{clerk['person_id']}/enrolment-link")).status_code == 403
    link = (await security.post(f"/api/persons/{clerk['person_id']}/enrolment-link")).json()
    await enrol(anonymous, link["secret"], clerk["code"], PASSWORD)
    signed = await anonymous.post("/api/session", json={"login": "lin-clerk", "password": PASSWORD})
    assert signed.json()["organization"]["name"] == UNIT["name"]


async def test_a_leader_confirms_for_the_own_office_and_for_no_other(
    security: httpx2.AsyncClient, client_as: ClientAs, city: City
) -> None:
    proposal = await proposed(security, "person", organization_id=city.unit, person=CLERK)
    path = f"/api/proposals/{proposal}/confirm"
    for stranger in (city.outsiders[Role.UNIT_LEADER], Role.POLICE_LEADER, Role.BUREAU_APPROVER):
        client = await client_as(stranger)
        assert (await client.get("/api/proposals")).json()["items"] == []
        assert (await client.post(path, json={})).status_code == 404
    for role in (Role.UNIT_CLERK, Role.SYSTEM_ADMIN, Role.BUREAU_REVIEWER):
        assert (await (await client_as(role)).post(path, json={})).status_code == 403
    leader = await client_as(Role.UNIT_LEADER)
    (task,) = [
        t for t in (await leader.get("/api/workbench")).json()["tasks"] if t["kind"] == "proposal.confirm"
    ]
    assert (task["subject_id"], task["title"], task["subtitle"]) == (proposal, "林新", "机构调整")
    await confirmed(leader, proposal)
    assert (await leader.get("/api/workbench")).json()["tasks"] == []


async def test_nobody_confirms_what_concerns_oneself(
    security: httpx2.AsyncClient, client_as: ClientAs, city: City
) -> None:
    leader, other = city.persons[Role.POLICE_LEADER], city.others[Role.POLICE_LEADER]
    roles = ["police_reviewer"]
    proposal = await proposed(security, "roles", person_id=leader.id, roles=roles)
    own = await client_as(leader)
    answer = await own.post(f"/api/proposals/{proposal}/confirm", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "same_person_twice")
    assert (await own.get("/api/workbench")).json()["tasks"] == []
    assert (await own.get("/api/proposals")).json()["items"][0]["steps"] == []
    await confirmed(await client_as(other), proposal)


async def test_who_proposed_does_not_confirm_in_another_role(
    security: httpx2.AsyncClient, client_as: ClientAs, city: City, database: Database
) -> None:
    proposal = await proposed(security, "organization", organization=UNIT)
    proposer: Person = city.persons[Role.SECURITY_ADMIN]
    async with database.transaction() as tx:
        changed = persons.update().where(persons.c.id == proposer.id).values(roles=["audit_admin"])
        await tx.connection.execute(changed)
    answer = await (await client_as(proposer)).post(f"/api/proposals/{proposal}/confirm", json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "same_person_twice")


async def test_what_changed_meanwhile_is_not_confirmed(
    security: httpx2.AsyncClient, auditor: httpx2.AsyncClient, city: City
) -> None:
    clerk = city.persons[Role.UNIT_CLERK].id
    first, second = [
        await proposed(security, "roles", person_id=clerk, roles=[role])
        for role in ("unit_leader", "unit_viewer")
    ]
    listed = (await auditor.get("/api/proposals?state=proposed")).json()["items"]
    shown = next(item["content"] for item in listed if item["id"] == first)
    assert shown == {"roles": ["unit_leader"], "before": ["unit_clerk"]}
    await confirmed(auditor, first)
    answer = await auditor.post(f"/api/proposals/{second}/confirm", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    again = await auditor.post(f"/api/proposals/{first}/confirm", json={})
    assert (again.status_code, again.json()["code"]) == (409, "no_such_step")


@pytest.mark.parametrize("text", ["", "  "])
async def test_a_proposal_says_why_and_so_does_who_declines(
    security: httpx2.AsyncClient, auditor: httpx2.AsyncClient, text: str
) -> None:
    draft = {"kind": "organization", "reason": text, "organization": UNIT}
    assert (await security.post("/api/proposals", json=draft)).json()["code"] == "reason_missing"
    proposal = await proposed(security, "organization", organization=UNIT)
    declined = await auditor.post(f"/api/proposals/{proposal}/decline", json={"text": text})
    assert declined.json()["errors"][0]["field"] == "text"


async def test_an_organization_comes_back_by_two(
    security: httpx2.AsyncClient, auditor: httpx2.AsyncClient, client_as: ClientAs, city: City
) -> None:
    await security.patch(f"/api/organizations/{city.unit}", json={"standing": "suspended"})
    proposal = await proposed(security, "readmission", organization_id=city.unit)
    await confirmed(auditor, proposal)
    assert (await (await client_as(Role.UNIT_CLERK)).get("/api/systems")).status_code == 200


async def test_the_audit_administrator_is_alerted_and_the_proposer_answered(
    security: httpx2.AsyncClient, auditor: httpx2.AsyncClient, city: City, database: Database
) -> None:
    proposal = await proposed(
        security, "person", organization_id=city.police, person={**CLERK, "roles": ["police_leader"]}
    )
    (alert,) = (await auditor.get("/api/workbench")).json()["notices"]
    security_name, auditor_name = (city.persons[r].name for r in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
    assert alert["kind"] == "proposal.moved"
    assert alert["details"] == {
        "kind": "person",
        "event": "propose",
        "name": "林新",
        "by": security_name,
        "text": "机构调整",
    }
    refused = await auditor.post(f"/api/proposals/{proposal}/decline", json={"text": "查无此人"})
    assert refused.status_code == 200
    (answer,) = (await security.get("/api/workbench")).json()["notices"]
    assert (answer["details"]["event"], answer["details"]["text"]) == ("decline", "查无此人")
    assert answer["details"]["by"] == auditor_name
    async with database.transaction() as tx:
        moved = audit_events.c.name == "organizations.proposal_moved"
        query = select(audit_events.c.details).where(moved).order_by(audit_events.c.sequence)
        events = (await tx.connection.execute(query)).scalars().all()
    assert [event["event"] for event in events] == ["propose", "decline"]
    assert events[0]["content"]["roles"] == ["police_leader"]
