"""Every denial reason through the HTTP API: what is wrong in the city, and what the viewer is told."""

import httpx2
import pytest
from sqlalchemy import select, text
from tests.factories.organizations import City
from tests.integration.access.conftest import Watching
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import access_register, audit_events
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.access.ticket import TICKET_CHARACTERS

R = DenialReason

WRONG_IN_THE_CITY = {
    R.SYSTEM_NOT_ACTIVE: "update information_systems set standing = 'suspended' where id = :system",
    R.PERSON_NOT_ACTIVE: "update persons set state = 'trained', roles = '{unit_viewer,unit_clerk}' where id = :person",
    R.NOT_ON_ROSTER: "update roster_entries set removed = true where person_id = :person",
    R.POINT_NOT_LISTED: "update camera_points set listing_state = 'delisted' where id = :point",
    R.SHARING_MARK_WITHDRAWN: "update camera_points set sharing_mark = false where id = :point",
    R.POINT_SECRET: "update camera_points set secret = true where id = :point",
    R.OPERATION_NOT_GRANTED: "update grants set operations = '{snapshot}' where point_id = :point",
    R.GRANT_PENDING: "update grants set state = 'pending' where point_id = :point",
    R.GRANT_SUSPENDED: "update grants set state = 'suspended' where point_id = :point",
    R.GRANT_REVOKED: "update grants set state = 'revoked' where point_id = :point",
    R.GRANT_EXPIRED: "update grants set valid_until = valid_from + interval '1 second' where point_id = :point",
    R.GRANT_NOT_YET_VALID: "update grants set valid_from = valid_from + interval '1 day' where point_id = :point",
    R.APPLICATION_NOT_ACTIVE: "update applications set state = 'suspended' where id = :application",
    R.AGREEMENT_NOT_EFFECTIVE: "update agreements set state = 'awaiting_bureau' where id = :agreement",
    R.NOT_ACKNOWLEDGED: "update agreements set text_version = 2 where id = :agreement",
}
ASKED_WRONGLY = {
    R.REASON_MISSING: {"reason": "  "},
    R.POINT_UNKNOWN: {"point_id": "no-such-point"},
}


@pytest.mark.parametrize("reason", WRONG_IN_THE_CITY, ids=str)
async def test_what_is_wrong_in_the_city_is_told_registered_and_audited(
    client_as: ClientAs, watching: Watching, database: Database, clock: Clock, reason: DenialReason
) -> None:
    clock.advance(minutes=1)
    async with database.transaction() as tx:
        statement = text(WRONG_IN_THE_CITY[reason])
        values = {
            "system": watching.city.system,
            "person": watching.viewer.id,
            "point": watching.points[0],
            "application": watching.filed.id,
            "agreement": watching.filed.agreement,
        }
        wanted = statement.compile().params
        await tx.connection.execute(statement, {key: values[key] for key in wanted})
    client = await client_as(watching.viewer)

    await expect_denial(watching, database, reason, await client.post("/api/play", json=watching.form()))


@pytest.mark.parametrize("reason", ASKED_WRONGLY, ids=str)
async def test_a_request_that_asks_wrongly_is_told_so(
    client_as: ClientAs, watching: Watching, database: Database, reason: DenialReason
) -> None:
    client = await client_as(watching.viewer)
    answer = await client.post("/api/play", json=watching.form(**ASKED_WRONGLY[reason]))
    await expect_denial(watching, database, reason, answer)


async def expect_denial(
    watching: Watching, database: Database, reason: DenialReason, answer: httpx2.Response
) -> None:
    assert answer.status_code == 403, answer.text
    assert answer.json()["code"] == reason
    assert answer.headers["content-type"] == "application/problem+json"
    async with database.transaction() as tx:
        row = (await tx.connection.execute(select(access_register))).one()
        event = (
            await tx.connection.execute(select(audit_events).where(audit_events.c.name == "access.denied"))
        ).one()
    assert (row.outcome, row.denial_reason, row.ticket_digest) == ("denied", reason, None)
    assert row.person_id == event.actor_person_id == watching.viewer.id
    assert event.details["denial"] == reason and event.subject_id == row.id


async def test_a_point_that_was_not_applied_for_is_denied(client_as: ClientAs, watching: Watching) -> None:
    client = await client_as(watching.viewer)
    answer = await client.post("/api/play", json=watching.form(point_id=watching.ungranted))
    assert answer.json()["code"] == R.NOT_GRANTED


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.UNIT_VIEWER], ids=str)
async def test_no_other_role_sees_a_picture_even_of_the_same_city(
    client_as: ClientAs, watching: Watching, role: Role
) -> None:
    client = await client_as(role)
    answer = await client.post("/api/play", json=watching.form())
    assert answer.status_code == 403
    assert answer.json()["code"] == R.NOT_ON_ROSTER


async def test_a_viewer_of_another_unit_cannot_borrow_the_system_nor_use_their_own(
    client_as: ClientAs, watching: Watching, city: City, database: Database
) -> None:
    client = await client_as(city.outsiders[Role.UNIT_VIEWER])
    borrowed = await client.post("/api/play", json=watching.form())
    assert borrowed.json()["code"] == R.NOT_ON_ROSTER
    async with database.transaction() as tx:
        await tx.connection.execute(
            text("insert into roster_entries (system_id, person_id) values (:system, :person)"),
            {"system": city.other_system, "person": city.outsiders[Role.UNIT_VIEWER].id},
        )
    own = await client.post("/api/play", json=watching.form(system_id=city.other_system))
    assert own.json()["code"] == R.NOT_GRANTED


async def test_an_allowed_request_tells_address_mark_and_expiry(
    client_as: ClientAs, watching: Watching, database: Database
) -> None:
    client = await client_as(watching.viewer)
    answer = await client.post("/api/play", json=watching.form(protocol="ws-flv"))
    assert answer.status_code == 200, answer.text
    play = answer.json()
    assert play["url"].startswith("ws://") and play["url"].endswith(".ws.flv")
    assert play["viewer_mark"]["person"] == watching.viewer.name
    ticket = play["url"].rsplit("/", 1)[1].removesuffix(".ws.flv")
    assert len(ticket) == TICKET_CHARACTERS
    async with database.transaction() as tx:
        everything = (
            await tx.connection.execute(text("select (r.*)::text from access_register r"))
        ).scalars()
        assert all(ticket not in line for line in everything)
        events = (
            await tx.connection.execute(text("select convert_from(canonical, 'UTF8') from audit_events"))
        ).scalars()
        assert all(ticket not in line for line in events)


def test_every_reason_is_tested_somewhere() -> None:
    elsewhere = {
        R.NOT_GRANTED,
        R.PERSON_UNKNOWN,  # a cookie always has a person; tested at the access interface
        R.ORGANIZATION_NOT_ACTIVE,  # ends the portal session too; tested at the access interface
        R.CREDENTIAL_WITHDRAWN,  # the access interface's own
        R.WORK_ORDER_NOT_OPEN,  # the operator's test play
    }
    assert set(WRONG_IN_THE_CITY) | set(ASKED_WRONGLY) | elsewhere == set(DenialReason)
