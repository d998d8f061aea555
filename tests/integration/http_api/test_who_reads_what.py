"""S05: every reading route × every role × the own unit's object and another's. What is not named here is refused."""

from dataclasses import dataclass

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import update
from tests.factories.applications import add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City, Person
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import devices
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.app import ROUTERS

R = Role
EVERYBODY = frozenset(Role)
UNIT = frozenset({R.UNIT_CLERK, R.UNIT_LEADER, R.UNIT_VIEWER})
PAPER_OF_THE_UNIT = frozenset({R.UNIT_CLERK, R.UNIT_LEADER})
POLICE = frozenset({R.POLICE_REVIEWER, R.POLICE_LEADER})
BUREAU = frozenset({R.BUREAU_REVIEWER, R.BUREAU_APPROVER})
OPERATOR = frozenset({R.OPERATOR_CATALOGUER, R.OPERATOR_LISTER, R.OPERATOR_PROVISIONER})
IN_THE_BUREAU = BUREAU | {R.SECURITY_ADMIN, R.AUDIT_ADMIN}
AUTHORITIES = POLICE | BUREAU | {R.SECURITY_ADMIN}
SEE_PEOPLE = BUREAU | {R.SECURITY_ADMIN}
INSIDE = POLICE | IN_THE_BUREAU | OPERATOR | {R.SYSTEM_ADMIN}

OWN: dict[str, frozenset[Role]] = {
    "/api/session": EVERYBODY,
    "/api/session/all": EVERYBODY,
    "/api/workbench": EVERYBODY,
    "/api/organizations": EVERYBODY,
    "/api/organizations/{organization_id}": UNIT | SEE_PEOPLE,
    "/api/proposals": frozenset(
        {R.SECURITY_ADMIN, R.AUDIT_ADMIN, R.UNIT_LEADER, R.POLICE_LEADER, R.BUREAU_APPROVER}
    ),
    "/api/systems": EVERYBODY,
    "/api/systems/{system_id}/roster": UNIT | SEE_PEOPLE,
    "/api/divisions": EVERYBODY,
    "/api/categories": EVERYBODY,
    "/api/codes": EVERYBODY,
    "/api/operations": EVERYBODY,
    "/api/points": EVERYBODY,
    "/api/points/tree": EVERYBODY,
    "/api/points/map": EVERYBODY,
    "/api/points/{point_id}": EVERYBODY,
    "/api/devices": INSIDE,
    "/api/devices/{device_id}": INSIDE,
    "/api/devices/{device_id}/status": INSIDE,
    "/api/documents/{document_id}": frozenset(),
    "/api/applications": PAPER_OF_THE_UNIT | AUTHORITIES | {R.POLITICAL_LEGAL_LIAISON},
    "/api/applications/{application_id}": PAPER_OF_THE_UNIT | AUTHORITIES,
    "/api/applications/{application_id}/form.pdf": PAPER_OF_THE_UNIT | AUTHORITIES,
    "/api/applications/{application_id}/agreement.pdf": PAPER_OF_THE_UNIT | AUTHORITIES,
    "/api/agreements/{agreement_id}/duty": frozenset({R.UNIT_VIEWER}),
    "/api/work-orders": frozenset({R.OPERATOR_PROVISIONER}),
    "/api/work-orders/{order_id}": frozenset({R.OPERATOR_PROVISIONER}),
    "/api/grants": UNIT | AUTHORITIES | {R.AUDIT_ADMIN},
    "/api/play/{session_id}": frozenset(),
    "/api/revocations": UNIT | POLICE | IN_THE_BUREAU,
    "/api/revocations/{revocation_id}": frozenset(),
    "/api/systems/{system_id}/credentials": frozenset(
        {R.UNIT_LEADER, R.OPERATOR_PROVISIONER, R.SECURITY_ADMIN, R.BUREAU_APPROVER}
    ),
    "/api/access-register": PAPER_OF_THE_UNIT | AUTHORITIES | {R.AUDIT_ADMIN},
    "/api/audit": frozenset({R.AUDIT_ADMIN}),
}
"""Who reads what belongs to ``city.unit``. An empty set: there is none such here; everybody is told so."""

OPEN = {"/api/health", "/api/session/options"}
STREAMS = {"/api/play/events"}
"""Only of one's own session; tests/integration/access reads it."""


@dataclass
class Objects:
    """What ``city.unit`` has."""

    ids: dict[str, str]
    canaries: tuple[str, ...]
    hidden: list[str]


@pytest.fixture
async def objects(database: Database, city: City, clock: Clock) -> Objects:
    async with database.transaction() as tx:
        device = await add_device(tx)
        await tx.connection.execute(update(devices).values(address="10.9.8.7:5060"))
        points = await add_points(tx, device, 2)
        hidden = await add_points(tx, device, 1, listing_state=ListingState.CATALOGUED, first=50)
        hidden += await add_points(tx, device, 1, secret=True, first=60)
        hidden += await add_points(tx, device, 1, sharing_mark=False, first=70)
        filed = await add_application(tx, city, ApplicationState.ACTIVE, points, clock())
    ids = {
        "organization_id": city.unit,
        "system_id": city.system,
        "point_id": points[0],
        "device_id": device,
        "application_id": filed.id,
        "agreement_id": filed.agreement,
        "order_id": filed.work_order,
    }
    persons = tuple(p.id for p in city.persons.values() if p.organization_id == city.unit)
    return Objects(ids, (city.unit, city.system, filed.id, filed.agreement, *persons), hidden)


def _paths() -> set[str]:
    return {
        route.path
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and route.path.startswith("/api/")
    }


def _concrete(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace("{" + name + "}", value)
    return path.split("{")[0] + "none" if "{" in path else path


def test_every_reading_route_is_in_the_table() -> None:
    assert _paths() == set(OWN) | OPEN | STREAMS


async def test_each_role_reads_what_the_table_says(client_as: ClientAs, objects: Objects) -> None:
    wrong: list[str] = []
    for role in Role:
        client = await client_as(role)
        for path, readers in OWN.items():
            status = (await client.get(_concrete(path, objects.ids))).status_code
            # 503: let in, but the device is away.
            if (status in {200, 503}) != (role in readers) or status not in {200, 403, 404, 503}:
                wrong.append(f"{role} {path}: {status}")
    assert wrong == []


_COMMON = {path for path, readers in OWN.items() if readers == EVERYBODY}


async def test_another_unit_reads_nothing_of_it(client_as: ClientAs, city: City, objects: Objects) -> None:
    wrong: list[str] = []
    for outsider in city.outsiders.values():
        client = await client_as(outsider)
        for path in OWN:
            answer = await client.get(_concrete(path, objects.ids))
            if "{" in path and path not in _COMMON and answer.status_code not in {403, 404}:
                wrong.append(f"{outsider.roles} {path}: {answer.status_code}")
            wrong += [f"{path} tells {canary}" for canary in objects.canaries if canary in answer.text]
    assert wrong == []


async def test_a_filter_by_somebody_else_s_id_opens_nothing(
    client_as: ClientAs, city: City, objects: Objects
) -> None:
    leader = await client_as(city.outsiders[Role.UNIT_LEADER])
    unit, system = f"organization_id={city.unit}", f"system_id={city.system}"
    for path in (
        f"/api/access-register?{unit}",
        f"/api/grants?{system}",
        f"/api/points?granted=1&{system}",
        f"/api/points/map?granted=1&{system}",
        f"/api/points/tree?granted=1&{system}",
    ):
        answer = (await leader.get(path)).json()
        assert not answer.get("total", answer.get("count", 0)), path
        assert not answer.get("points"), path


@pytest.mark.parametrize("who", [*UNIT, Role.POLITICAL_LEGAL_LIAISON])
async def test_neither_lists_nor_counts_betray_points_that_are_not_shared(
    client_as: ClientAs, objects: Objects, who: Role
) -> None:
    client = await client_as(who)
    assert (await client.get("/api/points")).json()["total"] == 2
    assert (await client.get("/api/points/tree")).json()["count"] == 2
    seen = (await client.get("/api/points/map?zoom=22")).json()
    assert len(seen["points"]) == 2 and not seen["clusters"]
    for point in objects.hidden:
        assert (await client.get(f"/api/points/{point}")).status_code == 404
        assert point not in (await client.get("/api/points?page_size=500")).text
    for query in ("state=catalogued", "shared=false", "health=online&state=missing"):
        assert (await client.get(f"/api/points?{query}")).json()["total"] == 0


async def test_where_cameras_stand_in_the_network_is_for_insiders(
    client_as: ClientAs, objects: Objects
) -> None:
    for role in UNIT | {Role.POLITICAL_LEGAL_LIAISON}:
        client = await client_as(role)
        for path in ("/api/points", f"/api/points/{objects.ids['point_id']}", "/api/points/map"):
            assert "10.9.8.7" not in (await client.get(path)).text
        assert (await client.get(f"/api/points/{objects.ids['point_id']}")).json()["upstream"] == {}


def test_the_administrators_share_nothing_of_substance() -> None:
    """三员: the system's administrator sees no paper, the auditor no paper, and only the auditor the log."""
    for path in (
        "/api/applications/{application_id}",
        "/api/work-orders",
        "/api/systems/{system_id}/credentials",
    ):
        assert not OWN[path] & {Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}
    assert Role.SYSTEM_ADMIN not in OWN["/api/grants"] | OWN["/api/access-register"]
    assert OWN["/api/audit"] == {Role.AUDIT_ADMIN}


async def test_a_role_that_was_taken_away_is_gone_with_the_next_request(
    client_as: ClientAs, city: City, objects: Objects
) -> None:
    admin, leader = await client_as(Role.SECURITY_ADMIN), city.persons[Role.POLICE_LEADER]
    client = await client_as(leader)
    assert (await client.get("/api/applications")).status_code == 200
    changed = await admin.patch(f"/api/persons/{leader.id}", json={"state": "account_locked"})
    assert changed.status_code == 200
    assert (await client.get("/api/applications")).status_code == 401


def _forbidden_combinations(person: Person) -> list[list[str]]:
    return [
        [next(iter(person.roles)).value, Role.SECURITY_ADMIN.value],
        [Role.SECURITY_ADMIN.value, Role.AUDIT_ADMIN.value],
        [Role.BUREAU_REVIEWER.value, Role.BUREAU_APPROVER.value],
        [Role.POLICE_LEADER.value],
    ]


async def test_the_security_administrator_cannot_widen_roles_beyond_the_rule_or_his_own(
    client_as: ClientAs, city: City
) -> None:
    admin, reviewer = await client_as(Role.SECURITY_ADMIN), city.persons[Role.BUREAU_REVIEWER]
    assert reviewer.organization_kind is OrganizationKind.DATA_BUREAU
    for roles in _forbidden_combinations(reviewer):
        asked = {"kind": "roles", "reason": "x", "person_id": reviewer.id, "roles": roles}
        answer = await admin.post("/api/proposals", json=asked)
        assert answer.status_code == 409, (roles, answer.text)
    own = city.persons[Role.SECURITY_ADMIN]
    asked = {"kind": "roles", "reason": "x", "person_id": own.id, "roles": ["bureau_approver"]}
    answer = await admin.post("/api/proposals", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (403, "same_person_twice")
