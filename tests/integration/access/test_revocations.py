"""Revocations of every scope: what plays stops, what was given is taken back, and it is evidenced."""

from typing import Any

import pytest
from sqlalchemy import select, text
from tests.factories.applications import add_application
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason, open_sessions, serving, watch
from tests.integration.conftest import ClientAs, Clock
from tests.waiting import until

from pinegate.adapters.database.tables import (
    applications,
    audit_events,
    organizations,
    persons,
    revocation_receipts,
)
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.streams.media_engine import PlayProtocol, Refused


def target_of(watching: Watching, scope: str) -> str:
    return {
        "application": watching.filed.id,
        "grant": watching.filed.grants[0],
        "point": watching.points[0],
        "system": watching.city.system,
        "person": watching.viewer.id,
        "organization": watching.city.unit,
    }[scope]


def order(watching: Watching, scope: str, **changes: Any) -> dict[str, Any]:
    return {"scope": scope, "target_id": target_of(watching, scope), "reason": "超范围使用", **changes}


ENDS = {
    "application": "grant_revoked",
    "grant": "grant_revoked",
    "point": "grant_revoked",
    "system": "grant_revoked",
    "person": "person_not_active",
    "organization": "organization_not_active",
}


@pytest.mark.parametrize("scope", ENDS)
async def test_a_revocation_is_answered_when_the_pictures_have_stopped(
    client_as: ClientAs, watching: Watching, live: Live, scope: str
) -> None:
    async with serving(live):
        session = await watch(client_as, watching, live)
        await until(lambda: live.reevaluator.has_begun)
        bureau = await client_as(Role.BUREAU_APPROVER)
        answer = await bureau.post("/api/revocations", json=order(watching, scope))

        assert answer.status_code == 200, answer.text
        assert answer.json()["sessions_cut"] == 1
        # withdrawn by roster first, where the system is closed
        assert live.media.cut[session] in (ENDS[scope], "not_on_roster")
        assert await open_sessions(live) == set()
    viewer = await client_as(watching.viewer)
    refused = await viewer.post("/api/play", json=watching.form())
    assert refused.status_code in (401, 403)


async def test_revoking_an_application_leaves_three_receipts_and_ends_revoked(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        await watch(client_as, watching, live)
        await until(lambda: live.reevaluator.has_begun)
        bureau = await client_as(Role.BUREAU_APPROVER)
        ordered = (await bureau.post("/api/revocations", json=order(watching, "application"))).json()
    assert ordered["applications"] == [watching.filed.id]
    async with live.database.transaction() as tx:
        kinds = (await tx.connection.execute(select(revocation_receipts.c.kind))).scalars()
        assert set(kinds) == {"account", "permissions", "interface"}
        state = (
            await tx.connection.execute(
                select(applications.c.state).where(applications.c.id == watching.filed.id)
            )
        ).scalar_one()
        assert state == ApplicationState.REVOKED
    shown = (await bureau.get(f"/api/revocations/{ordered['id']}")).json()
    assert [len(entry["receipts"]) for entry in shown["applications"]] == [3]
    assert shown["sessions_cut"] == 1
    listed = (await bureau.get("/api/revocations")).json()
    assert listed["total"] == 1 and listed["items"][0]["reason"] == "超范围使用"


@pytest.mark.parametrize("role", [Role.POLICE_LEADER, Role.SECURITY_ADMIN, Role.BUREAU_APPROVER])
async def test_an_emergency_interrupts_and_can_be_undone(
    client_as: ClientAs, watching: Watching, live: Live, role: Role
) -> None:
    async with serving(live):
        session = await watch(client_as, watching, live)
        await until(lambda: live.reevaluator.has_begun)
        client = await client_as(role)
        answer = await client.post("/api/revocations", json=order(watching, "application", emergency=True))
        assert answer.status_code == 200, answer.text
        assert live.media.cut[session] == "grant_suspended"
    assert await end_reason(live, session) == "grant_suspended"
    async with live.database.transaction() as tx:
        state = (
            await tx.connection.execute(
                select(applications.c.state).where(applications.c.id == watching.filed.id)
            )
        ).scalar_one()
    assert state == ApplicationState.SUSPENDED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.BUREAU_APPROVER], ids=str)
@pytest.mark.parametrize("scope", ENDS)
async def test_nobody_but_the_bureaus_approver_revokes(
    client_as: ClientAs, watching: Watching, live: Live, role: Role, scope: str
) -> None:
    client = await client_as(role)
    answer = await client.post("/api/revocations", json=order(watching, scope))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")
    emergency = await client.post("/api/revocations", json=order(watching, scope, emergency=True))
    assert (emergency.status_code == 200) == (role in (Role.POLICE_LEADER, Role.SECURITY_ADMIN))


async def test_a_reason_must_be_given(client_as: ClientAs, watching: Watching) -> None:
    bureau = await client_as(Role.BUREAU_APPROVER)
    answer = await bureau.post("/api/revocations", json=order(watching, "grant", reason=" "))
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "reason"


@pytest.mark.parametrize("scope", ENDS)
async def test_an_unknown_target_is_not_found_or_nothing_to_end(
    client_as: ClientAs, watching: Watching, scope: str
) -> None:
    bureau = await client_as(Role.BUREAU_APPROVER)
    answer = await bureau.post("/api/revocations", json=order(watching, scope, target_id="nobody"))
    assert answer.status_code in (404, 409)


@pytest.mark.parametrize("whose", ["police", "bureau", "operator"])
async def test_the_offices_of_the_regulation_are_not_revoked(
    client_as: ClientAs, watching: Watching, whose: str
) -> None:
    bureau = await client_as(Role.BUREAU_APPROVER)
    target = getattr(watching.city, whose)
    answer = await bureau.post("/api/revocations", json=order(watching, "organization", target_id=target))
    assert answer.json()["code"] == "other_organization"
    person = watching.city.persons[Role.POLICE_LEADER].id
    answer = await bureau.post("/api/revocations", json=order(watching, "person", target_id=person))
    assert answer.json()["code"] == "other_organization"


async def test_a_revoked_person_is_signed_out_and_off_every_roster(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    viewer = await client_as(watching.viewer)
    bureau = await client_as(Role.BUREAU_APPROVER)
    assert (await bureau.post("/api/revocations", json=order(watching, "person"))).status_code == 200
    assert (await viewer.get("/api/session")).status_code == 401
    async with live.database.transaction() as tx:
        state = (
            await tx.connection.execute(select(persons.c.state).where(persons.c.id == watching.viewer.id))
        ).scalar_one()
        left = await tx.connection.execute(
            text("select count(*) from roster_entries where person_id = :person and not removed"),
            {"person": watching.viewer.id},
        )
        assert (state, left.scalar_one()) == ("account_locked", 0)


@pytest.mark.parametrize("emergency", [True, False])
async def test_a_revoked_person_has_no_session_left(
    client_as: ClientAs, watching: Watching, live: Live, emergency: bool
) -> None:
    await client_as(watching.viewer)
    bureau = await client_as(Role.BUREAU_APPROVER)
    answer = await bureau.post("/api/revocations", json=order(watching, "person", emergency=emergency))
    assert answer.status_code == 200
    async with live.database.transaction() as tx:
        running = await tx.connection.execute(
            text("select count(*) from portal_sessions where person_id = :person and ended_at is null"),
            {"person": watching.viewer.id},
        )
        assert running.scalar_one() == 0


async def test_a_revoked_unit_ends_with_all_it_had(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("delete from roster_entries"))
        second = await add_application(
            tx, watching.city, ApplicationState.PROVISIONING, [watching.ungranted], clock()
        )
    clerk = await client_as(Role.UNIT_CLERK)
    bureau = await client_as(Role.BUREAU_APPROVER)
    answer = (await bureau.post("/api/revocations", json=order(watching, "organization"))).json()
    assert set(answer["applications"]) == {watching.filed.id, second.id}
    assert (await clerk.get("/api/session")).status_code == 401
    async with live.database.transaction() as tx:
        query = select(organizations.c.standing).where(organizations.c.id == watching.city.unit)
        assert (await tx.connection.execute(query)).scalar_one() == "ended"
        names = (await tx.connection.execute(select(audit_events.c.name))).scalars().all()
    assert "grants.revocation_ordered" in names and names.count("grants.receipt_written") == 6


async def test_a_revoked_grants_ticket_dies_before_it_is_used(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    viewer = await client_as(watching.viewer)
    play = (await viewer.post("/api/play", json=watching.form())).json()
    await live.reevaluator.begin()
    play = (await viewer.post("/api/play", json=watching.form())).json()
    bureau = await client_as(Role.BUREAU_APPROVER)
    await bureau.post("/api/revocations", json=order(watching, "grant"))
    assert await end_reason(live, play["session_id"]) == "grant_revoked"
    ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
    refused = await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, "127.0.0.1")
    assert isinstance(refused, Refused)


async def test_a_unit_reads_only_the_orders_that_concern_it(client_as: ClientAs, watching: Watching) -> None:
    bureau = await client_as(Role.BUREAU_APPROVER)
    ordered = (await bureau.post("/api/revocations", json=order(watching, "grant"))).json()
    own = await client_as(Role.UNIT_LEADER)
    other = await client_as(watching.city.outsiders[Role.UNIT_LEADER])
    operator = await client_as(Role.OPERATOR_PROVISIONER)
    assert (await own.get("/api/revocations")).json()["total"] == 1
    assert (await other.get("/api/revocations")).json()["total"] == 0
    assert (await other.get(f"/api/revocations/{ordered['id']}")).status_code == 404
    assert (await operator.get("/api/revocations")).status_code == 403
