"""Tables say what is: each row of each state table is taken by somebody, and each step that is offered has a route.

The rows are walked over HTTP, and by the scheduler's jobs where the program itself acts. What ``StateTable.step``
handed out on the way is held against all rows, so that a new row fails here until something takes it.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeAlias

import pytest
from sqlalchemy import select, update
from tests.factories.applications import Filed, add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import Person, add_person, add_system, fresh_id
from tests.integration.catalogue.test_catalogue import camera, ids_of, list_them, sync
from tests.integration.conftest import ClientAs
from tests.integration.paper.conftest import Walk
from tests.integration.two_persons import confirmed, proposed

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import applications
from pinegate.domain.agreements.agreement import AGREEMENT, AgreementEvent
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent, ApplicationState
from pinegate.domain.catalogue.listing import LISTING
from pinegate.domain.grants.grant import GRANT
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.parties import PersonState
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.person_states import PERSON
from pinegate.domain.organizations.proposal import PROPOSAL
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.state_table import StateTable, Transition
from pinegate.domain.work_orders.work_order import WORK_ORDER
from pinegate.usecases.act import Act
from pinegate.usecases.applications.lapse import lapse_unsigned
from pinegate.usecases.grants.complete_revocation import complete_revocations
from pinegate.usecases.grants.expire import expire_due
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation

_E = ApplicationEvent
_S = ApplicationState
Row: TypeAlias = Transition[ApplicationState, ApplicationEvent]
Taken: TypeAlias = set[tuple[str, StrEnum | None, StrEnum]]
SEALED = {"unit": Role.UNIT_LEADER, "bureau": Role.BUREAU_APPROVER}


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Taken]:
    """The rows that ``StateTable.step`` handed out."""
    rows: Taken = set()
    step = StateTable[Any, Any].step

    def recorded(table: StateTable[Any, Any], state: Any, event: Any, roles: Any = None) -> Any:
        target = step(table, state, event, roles)
        rows.add((table.name, state, event))
        return target

    monkeypatch.setattr(StateTable, "step", recorded)
    yield rows


def never_taken(table: StateTable[Any, Any], taken: Taken) -> list[str]:
    return [
        f"{table.name}: {row.source} --{row.event}--> {row.target}"
        for row in table.rows
        if (table.name, row.source, row.event) not in taken
    ]


class Tour:
    """Puts an application into any state and takes the row's step there, by another person than reviewed before."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk

    async def file(self, state: ApplicationState) -> Filed:
        """Each with a system of its own, whose roster it may have."""
        walk = self.walk
        async with walk.database.transaction() as tx:
            system = await add_system(tx, walk.city.unit)
            filed = await add_application(tx, walk.city, state, walk.points, walk.clock(), system_id=system)
        walk.id = filed.id
        return filed

    async def state(self) -> str:
        async with self.walk.database.transaction() as tx:
            query = select(applications.c.state).where(applications.c.id == self.walk.id)
            return (await tx.connection.execute(query)).scalar_one()

    async def step(self, who: Role | Person, event: str, **body: Any) -> None:
        answer = await self.walk.step(who, event, "理由", **body)
        assert answer.is_success, (event, answer.text)

    async def take(self, row: Row) -> None:
        person = self.walk.city.others[min(Role(role) for role in row.roles)]
        await self.step(person, row.event)

    async def edit(self, _row: Row) -> None:
        assert (await self.walk.edit(purpose="另一用途")).is_success

    async def consult(self, _row: Row) -> None:
        assert (await self.walk.consult()).is_success

    async def consent(self, row: Row) -> None:
        await self.step(self.walk.city.others[Role.POLICE_LEADER], row.event, points=self.walk.asked("live"))

    async def approve(self, row: Row) -> None:
        await self.step(Role.BUREAU_REVIEWER, "record_review")
        await self.take(row)

    async def resume(self, row: Row) -> None:
        await self.step(Role.BUREAU_REVIEWER, "propose_resume")
        await self.take(row)

    async def revoke(self, _row: Row) -> None:
        act = Act(self.walk.city.persons[Role.BUREAU_APPROVER].actor, self.walk.clock(), fresh_id)
        order = RevocationOrder(RevocationScope.APPLICATION, self.walk.id, "违规", emergency=False)
        async with self.walk.database.transaction() as tx:
            await order_revocation(tx, order, act)

    async def sign(self, agreement: str) -> None:
        for role in SEALED.values():
            answer = await self.walk.sign(role, agreement)
            assert answer.is_success, answer.text

    async def provide(self, order: str) -> None:
        await self.walk.test_play(order)
        await self.at_order(order, "confirm-test", point_id=self.walk.points[0])
        await self.at_order(order, "complete", text="已开通")

    async def at_order(self, order: str, step: str, **body: str) -> None:
        answer = await self.walk.post(Role.OPERATOR_PROVISIONER, f"/api/work-orders/{order}/{step}", **body)
        assert answer.is_success, answer.text

    async def by_itself(self, job: Callable[[Any, Act], Awaitable[object]]) -> None:
        async with self.walk.database.transaction() as tx:
            await job(tx, Act(None, self.walk.clock(), fresh_id))

    async def expire(self, _row: Row) -> None:
        """Whatever its last day, it is over now."""
        async with self.walk.database.transaction() as tx:
            over = self.walk.clock().date() - timedelta(days=1)
            own = update(applications).where(applications.c.id == self.walk.id)
            await tx.connection.execute(own.values(valid_until=over))
        await self.by_itself(expire_due)


async def _lapse(tx: Any, act: Act) -> None:
    await lapse_unsigned(tx, timedelta(days=-1), act)


Taker: TypeAlias = Callable[[Tour, Row], Awaitable[None]]
BY_ITS_OWN_ROUTE: Mapping[ApplicationEvent, Taker] = {
    _E.EDIT: Tour.edit,
    _E.RECORD_CONSULTATION: Tour.consult,
    _E.CONSENT: Tour.consent,
    _E.APPROVE: Tour.approve,
    _E.RESUME: Tour.resume,
    _E.REVOKE: Tour.revoke,
    _E.EXPIRE: Tour.expire,
    _E.END_DATE_REACHED: Tour.expire,
    _E.START_REVOCATION: Tour.expire,
}
FURTHER = {_E.EXPIRE, _E.END_DATE_REACHED, _E.START_REVOCATION, _E.REVOKE}
"""Steps from which the rest follows at once: nothing plays, so the revocation is complete."""
FROM_THE_ORDER = {_E.PROVISION, _E.REPORT_CANNOT_PROVIDE}
FOLLOWS = {_E.AGREEMENT_EFFECTIVE, _E.AGREEMENT_TIMEOUT, _E.COMPLETE_REVOCATION}


@pytest.fixture
async def tour(walk: Walk) -> Tour:
    await walk.create()
    return Tour(walk)


async def test_every_row_of_an_application_its_papers_and_its_grants_is_taken(
    taken: Taken, tour: Tour
) -> None:
    for row in APPLICATION.rows:
        if row.source is None or row.event in FROM_THE_ORDER | FOLLOWS:
            continue
        if (row.source, row.event) == (_S.EXPIRED, _E.START_REVOCATION):
            continue  # nobody stays expired: the same job goes on to revoke
        await tour.file(row.source)
        await BY_ITS_OWN_ROUTE.get(row.event, Tour.take)(tour, row)
        expected = {row.target} | ({_S.REVOKED} if row.event in FURTHER else set[ApplicationState]())
        assert await tour.state() in expected, row
    await _agreements_and_orders(tour)
    missing = [
        line for table in (APPLICATION, AGREEMENT, GRANT, WORK_ORDER) for line in never_taken(table, taken)
    ]
    assert missing == []


async def _agreements_and_orders(tour: Tour) -> None:
    row = Transition(_S.AGREEMENT_PENDING, _E.WITHDRAW, _S.WITHDRAWN, frozenset({Role.UNIT_LEADER}))
    filed = await tour.file(_S.AGREEMENT_PENDING)
    await tour.walk.sign(Role.UNIT_LEADER, filed.agreement)
    await tour.take(row)  # void although one side has sealed
    filed = await tour.file(_S.AGREEMENT_PENDING)
    await tour.walk.sign(Role.UNIT_LEADER, filed.agreement)
    path = f"/api/agreements/{filed.agreement}/reject_seal"
    assert (await tour.walk.post(Role.BUREAU_APPROVER, path, text="章不清")).is_success
    await tour.sign(filed.agreement)
    orders = await tour.walk.get(Role.OPERATOR_PROVISIONER, "/api/work-orders?state=open")
    order = orders.json()["items"][0]["id"]
    await tour.at_order(order, "fail", text="离线")
    await tour.step(Role.BUREAU_APPROVER, "order_again")
    filed = await tour.file(_S.PROVISIONING)
    await tour.provide(filed.work_order)
    await tour.file(_S.AGREEMENT_PENDING)
    await tour.by_itself(_lapse)
    assert await tour.state() == _S.LAPSED
    await tour.file(_S.REVOKING)
    await tour.by_itself(complete_revocations)


async def test_every_row_of_a_person_is_taken(walk: Walk, client_as: ClientAs, taken: Taken) -> None:
    security, city = await client_as(Role.SECURITY_ADMIN), walk.city
    await walk.create()
    auditor = await client_as(Role.AUDIT_ADMIN)
    new = {"name": "新人", "staff_number": "N9"}
    for organization, role in ((city.unit, "unit_clerk"), (city.police, "police_reviewer")):
        person = {**new, "roles": [role]}
        await confirmed(
            auditor, await proposed(security, "person", organization_id=organization, person=person)
        )
    nominated = {**new, "staff_number": "N10", "roles": ["unit_viewer"]}
    made = await (await client_as(Role.UNIT_LEADER)).post(
        f"/api/organizations/{city.unit}/persons", json=nominated
    )
    assert made.status_code == 201, made.text
    locked = await _person(walk.database, city.unit, PersonState.ACCOUNT_LOCKED)
    await confirmed(auditor, await proposed(security, "unlock", person_id=locked.id))
    for state in (PersonState.NOMINATED, PersonState.TRAINED):
        person = await _person(walk.database, city.unit, state)
        async with walk.database.transaction() as tx:
            system = await add_system(tx, city.unit)
            filed = await add_application(tx, city, _S.ACTIVE, walk.points, walk.clock(), system_id=system)
        clerk = await client_as(Role.UNIT_CLERK)
        assert (await clerk.put(f"/api/systems/{system}/roster/{person.id}")).is_success
        path = f"/api/agreements/{filed.agreement}/acknowledgement"
        bound = await (await client_as(person)).post(path, json={"signature_name": person.name})
        assert bound.is_success, bound.text
    for row in PERSON.rows:
        if row.source in (None, PersonState.ACKNOWLEDGED) or row.target is PersonState.ACKNOWLEDGED:
            continue
        if not row.roles:
            continue
        person = await _person(walk.database, city.unit, row.source)
        moved = await security.patch(f"/api/persons/{person.id}", json={"state": row.target})
        assert moved.json()["state"] == row.target, moved.text
    assert never_taken(PERSON, taken) == []


async def _person(database: Database, unit: str, state: PersonState | None) -> Person:
    assert state is not None
    async with database.transaction() as tx:
        return await add_person(tx, unit, OrganizationKind.USING_UNIT, Role.UNIT_VIEWER, state=state)


async def test_every_row_of_a_proposal_is_taken(client_as: ClientAs, taken: Taken) -> None:
    security, auditor = await client_as(Role.SECURITY_ADMIN), await client_as(Role.AUDIT_ADMIN)
    unit = {"kind": "using_unit", "name": "黄山市林业局"}
    for event, who in (("confirm", auditor), ("decline", auditor), ("withdraw", security)):
        proposal = await proposed(security, "organization", organization={**unit, "name": event})
        answer = await who.post(f"/api/proposals/{proposal}/{event}", json={"text": "理由"})
        assert answer.status_code == 200, answer.text
    assert never_taken(PROPOSAL, taken) == []


async def test_every_row_of_a_camera_point_is_taken(
    database: Database, client_as: ClientAs, taken: Taken
) -> None:
    async with database.transaction() as tx:
        device = await add_device(tx)
        moving = await add_device(tx, "34100000002000000002")
        points: dict[StrEnum, list[str]] = {}
        for number, state in enumerate(dict.fromkeys(row.source for row in LISTING.rows if row.source)):
            points[state] = await add_points(tx, moving, 4, listing_state=state, first=100 + 10 * number)
    await sync(database, device, camera(1))
    await list_them(client_as, list((await ids_of(database)).values())[-1:])
    await sync(database, device, camera(2))  # a complete answer without the first
    await sync(database, device, camera(1), camera(2))
    clients = {role: await client_as(role) for role in (Role.OPERATOR_CATALOGUER, Role.OPERATOR_LISTER)}
    for row in LISTING.rows:
        if row.source is None or not row.roles:
            continue
        client, point = clients[Role(next(iter(row.roles)))], points[row.source].pop()
        if row.event == "edit":
            version = (await client.get(f"/api/points/{point}")).json()["version"]
            edited = {"version": version, "name": "新名", "division_code": "341002"}
            answer = await client.patch(f"/api/points/{point}", json=edited)
            assert answer.json()["listing_state"] == row.target, answer.text
        else:
            answer = await client.post("/api/points/move", json={"point_ids": [point], "event": row.event})
            assert answer.json()["moved"] == [point], answer.text
    assert never_taken(LISTING, taken) == []


def _route(event: StrEnum, application: str, agreement: str) -> tuple[str, str]:
    own: Mapping[StrEnum, tuple[str, str]] = {
        _E.EDIT: ("PATCH", f"/api/applications/{application}"),
        _E.RECORD_CONSULTATION: ("PUT", f"/api/applications/{application}/consultation"),
        _E.REVOKE: ("POST", "/api/revocations"),
        AgreementEvent.SIGN_BY_UNIT: ("POST", f"/api/agreements/{agreement}/sign"),
        AgreementEvent.SIGN_BY_BUREAU: ("POST", f"/api/agreements/{agreement}/sign"),
        AgreementEvent.SEAL_INVALID: ("POST", f"/api/agreements/{agreement}/reject_seal"),
    }
    return own.get(event, ("POST", f"/api/applications/{application}/{event}"))


@pytest.mark.parametrize("state", list(ApplicationState))
async def test_every_step_that_is_offered_has_a_route(tour: Tour, state: ApplicationState) -> None:
    filed = await tour.file(state)
    for role in sorted(ROLES_WITH[Permission.READ_APPLICATIONS]):
        client = await tour.walk.client(tour.walk.city.others[Role(role)])
        answer = await client.get(f"/api/applications/{filed.id}")
        if answer.status_code == 404:
            continue  # not theirs to read, as the draft is not the police's
        file = answer.json()
        agreement: dict[str, Any] = file["agreement"] or {"id": "", "allowed_events": []}
        offered = [ApplicationEvent(event) for event in file["allowed_events"]]
        for event in [*offered, *map(AgreementEvent, agreement["allowed_events"])]:
            method, path = _route(event, filed.id, agreement["id"])
            # An empty request changes nothing: what is asked is whether anybody is there to refuse it.
            answer = await client.request(method, path, json={})
            assert answer.status_code not in (404, 405), (role, event, answer.text)
