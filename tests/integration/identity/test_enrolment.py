"""Enrolment through the routes: a link that holds once and not for long; nobody else ever knows a password."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pyotp.totp import TOTP
from sqlalchemy import select, text, update
from tests.factories.organizations import City, Person
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import accounts, audit_events, enrolments, persons
from pinegate.domain.organizations.enrolment import MOST_FAILED_CODES
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.identity.enrolment import code_digest
from pinegate.entrypoints.http_api.shared.signed_in import token_digest
from pinegate.entrypoints.services import Services
from pinegate.token_buckets import TokenBuckets
from pinegate.usecases.act import Act
from pinegate.usecases.identity.open_enrolment import open_enrolment
from pinegate.usecases.identity.recover_administrator import recover_administrator

PASSWORD = "correct horse battery"
SECRET = "a-secret-of-a-link-that-is-long-enough"


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, sign_in_limit=TokenBuckets(burst=1000, per_second=1000))


async def invite(services: Services, person: Person, code: str = "", *, renews_totp: bool = False) -> None:
    act = Act(None, services.now(), services.new_id)
    async with services.database.transaction() as tx:
        await open_enrolment(
            tx,
            person.id,
            timedelta(hours=72),
            act,
            link_digest=token_digest(SECRET),
            code_digest=code_digest(code) if code else None,
            renews_totp=renews_totp,
        )


async def enrol(client: httpx2.AsyncClient, secret: str = SECRET, **form: Any) -> httpx2.Response:
    return await client.post("/api/enrolment", json={"secret": secret, **form})


async def signs_in(client: httpx2.AsyncClient, login: str, **more: str) -> int:
    form = {"login": login, "password": PASSWORD, **more}
    return (await client.post("/api/session", json=form)).status_code


async def add_viewer(client: httpx2.AsyncClient, city: City) -> Any:
    new = {"name": "王新", "staff_number": "N1", "roles": ["unit_viewer"], "login": "newcomer"}
    return (await client.post(f"/api/organizations/{city.unit}/persons", json=new)).json()


async def test_a_person_chooses_the_own_password_and_the_link_opens_nothing_more(
    client_as: ClientAs, anonymous: httpx2.AsyncClient, city: City
) -> None:
    leader = await client_as(Role.UNIT_LEADER)
    made = await add_viewer(leader, city)
    assert made["person"]["enrolled"] is False
    assert await signs_in(anonymous, "newcomer") == 401
    secret = made["link"]["secret"]
    whose = (await enrol(anonymous, secret)).json()
    assert (whose["name"], whose["login"], whose["done"]) == ("王新", "newcomer", False)
    assert (await enrol(anonymous, secret, password=PASSWORD)).json()["done"] is True
    again = await enrol(anonymous, secret, password="another fine pass phrase")
    assert (again.status_code, again.json()["code"]) == (404, "enrolment_closed")
    assert await signs_in(anonymous, "newcomer") == 200
    (person,) = [
        p
        for p in (await leader.get(f"/api/organizations/{city.unit}")).json()["persons"]
        if p["login"] == "newcomer"
    ]
    assert (person["enrolled"], person["enrolment_until"]) == (True, None)


async def test_a_link_drawn_anew_makes_the_one_before_void(
    client_as: ClientAs, anonymous: httpx2.AsyncClient, city: City
) -> None:
    leader = await client_as(Role.UNIT_LEADER)
    made = await add_viewer(leader, city)
    path = f"/api/persons/{made['person']['id']}/enrolment-link"
    for who in (city.outsiders[Role.UNIT_LEADER], Role.UNIT_CLERK, Role.AUDIT_ADMIN, Role.SECURITY_ADMIN):
        assert (await (await client_as(who)).post(path)).status_code in (403, 404)
    drawn = (await leader.post(path)).json()["secret"]
    assert (await enrol(anonymous, made["link"]["secret"])).status_code == 404
    assert (await enrol(anonymous, drawn, password=PASSWORD)).status_code == 200
    late = await leader.post(path)
    assert (late.status_code, late.json()["code"]) == (409, "enrolment_not_open")


async def test_who_may_hold_the_code_draws_no_link(
    client_as: ClientAs, services: Services, city: City
) -> None:
    clerk = city.persons[Role.UNIT_CLERK]
    await invite(services, clerk, "7KQ4-M2XD")
    path = f"/api/persons/{clerk.id}/enrolment-link"
    assert (await (await client_as(Role.UNIT_LEADER)).post(path)).status_code == 403
    assert (await (await client_as(Role.SECURITY_ADMIN)).post(path)).status_code == 200


async def test_a_link_ends_with_its_hours(
    services: Services, anonymous: httpx2.AsyncClient, city: City, clock: Clock
) -> None:
    await invite(services, city.persons[Role.UNIT_CLERK])
    clock.advance(hours=71)
    assert (await enrol(anonymous)).status_code == 200
    clock.advance(hours=1)
    assert (await enrol(anonymous)).status_code == 404
    assert (await enrol(anonymous, password=PASSWORD)).json()["code"] == "enrolment_closed"


async def test_two_at_once_choose_one_password(
    services: Services, anonymous: httpx2.AsyncClient, city: City
) -> None:
    await invite(services, city.persons[Role.UNIT_CLERK])
    answers = await asyncio.gather(*(enrol(anonymous, password=PASSWORD) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]


async def test_who_holds_the_link_alone_does_not_guess_the_code(
    services: Services, anonymous: httpx2.AsyncClient, city: City
) -> None:
    person = city.persons[Role.POLICE_LEADER]
    await invite(services, person, "7KQ4-M2XD")
    assert (await enrol(anonymous)).json()["asks_code"] is True
    wrong = [await enrol(anonymous, code=f"0000-000{n}", password=PASSWORD) for n in range(MOST_FAILED_CODES)]
    assert [a.status_code for a in wrong] == [403] * (MOST_FAILED_CODES - 1) + [404]
    right = await enrol(anonymous, code="7KQ4-M2XD", password=PASSWORD)
    assert (right.status_code, right.json()["code"]) == (404, "enrolment_closed")
    async with services.database.transaction() as tx:
        named = await tx.connection.execute(select(audit_events.c.name))
        assert named.scalars().all().count("identity.enrolment_failed") == MOST_FAILED_CODES


async def test_the_code_may_be_typed_as_it_was_told(
    services: Services, anonymous: httpx2.AsyncClient, city: City
) -> None:
    await invite(services, city.persons[Role.POLICE_LEADER], "7KQ4-M2XD")
    assert (await enrol(anonymous, code=" 7kq4 m2xd", password=PASSWORD)).status_code == 200


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaaaaaa", "x-{login}-y-and-more"])
async def test_a_weak_password_is_refused_and_the_link_still_opens(
    services: Services, anonymous: httpx2.AsyncClient, city: City, weak: str
) -> None:
    person = city.persons[Role.UNIT_CLERK]
    await invite(services, person)
    answer = await enrol(anonymous, password=weak.replace("{login}", person.login))
    assert answer.json()["errors"][0]["field"] == "password"
    assert (await enrol(anonymous, password=PASSWORD)).status_code == 200


async def test_another_password_ends_the_sessions_and_keeps_the_second_factor(
    services: Services, client_as: ClientAs, anonymous: httpx2.AsyncClient, city: City, clock: Clock
) -> None:
    person = city.persons[Role.BUREAU_APPROVER]
    own = await client_as(person)
    totp = TOTP((await own.post("/api/session/totp", json={})).json()["secret"])
    await own.post("/api/session/totp/confirm", json={"code": totp.at(clock())})
    await invite(services, person)
    assert (await own.get("/api/session")).status_code == 200, "nothing changed yet"
    assert (await enrol(anonymous)).json()["asks_totp"] is True
    without = await enrol(anonymous, password=PASSWORD)
    assert (without.status_code, without.json()["code"]) == (401, "totp_required")
    clock.advance(seconds=30)
    code = totp.at(clock())
    assert (await enrol(anonymous, password=PASSWORD, totp=code)).status_code == 200
    assert (await own.get("/api/session")).status_code == 401
    assert await signs_in(anonymous, person.login) == 401
    clock.advance(seconds=30)
    assert await signs_in(anonymous, person.login, totp=totp.at(clock())) == 200


async def test_a_lost_second_factor_is_renewed_only_where_that_was_said(
    services: Services, client_as: ClientAs, anonymous: httpx2.AsyncClient, city: City, clock: Clock
) -> None:
    person = city.persons[Role.BUREAU_APPROVER]
    own = await client_as(person)
    totp = TOTP((await own.post("/api/session/totp", json={})).json()["secret"])
    await own.post("/api/session/totp/confirm", json={"code": totp.at(clock())})
    await invite(services, person, renews_totp=True)
    assert (await enrol(anonymous)).json()["asks_totp"] is False
    assert (await enrol(anonymous, password=PASSWORD)).status_code == 200
    assert await signs_in(anonymous, person.login) == 200


async def test_a_locked_person_does_not_enrol(
    services: Services, anonymous: httpx2.AsyncClient, city: City
) -> None:
    person = city.persons[Role.UNIT_CLERK]
    await invite(services, person)
    async with services.database.transaction() as tx:
        locked = update(persons).where(persons.c.id == person.id).values(state="account_locked")
        await tx.connection.execute(locked)
    assert (await enrol(anonymous, password=PASSWORD)).status_code == 404


async def test_the_audit_administrator_is_told_and_nobody_else(
    services: Services, client_as: ClientAs, anonymous: httpx2.AsyncClient, city: City
) -> None:
    person = city.persons[Role.POLICE_LEADER]
    await invite(services, person)
    await enrol(anonymous, password=PASSWORD)
    (notice,) = (await (await client_as(Role.AUDIT_ADMIN)).get("/api/workbench")).json()["notices"]
    assert (notice["kind"], notice["details"]["name"]) == ("person.enrolled", person.name)
    for role in (Role.BUREAU_APPROVER, Role.SECURITY_ADMIN):
        assert (await (await client_as(role)).get("/api/workbench")).json()["notices"] == []


async def test_neither_link_nor_code_is_kept(
    services: Services, anonymous: httpx2.AsyncClient, city: City, database: Database
) -> None:
    await invite(services, city.persons[Role.UNIT_CLERK], "7KQ4-M2XD")
    await enrol(anonymous, code="7KQ4-M2XD", password=PASSWORD)
    async with database.transaction() as tx:
        for table in (accounts, enrolments, audit_events):
            kept = str((await tx.connection.execute(select(table))).all())
            assert not any(secret in kept for secret in (SECRET, "7KQ4", PASSWORD)), table.name


async def test_links_are_not_tried_out(services: Services, anonymous: httpx2.AsyncClient) -> None:
    del anonymous.headers["x-pinegate-request"]
    assert (await enrol(anonymous)).json()["code"] == "csrf"
    for n in range(3):
        unknown = await enrol(anonymous, f"{n}" * 40)
        assert unknown.status_code in (403, 404)


async def test_an_administrator_is_helped_from_the_machine_alone(
    services: Services, anonymous: httpx2.AsyncClient, city: City, database: Database
) -> None:
    act = Act(None, services.now(), services.new_id)
    auditor = city.persons[Role.AUDIT_ADMIN]
    async with database.transaction() as tx:
        await recover_administrator(tx, auditor.login, token_digest(SECRET), timedelta(hours=1), act)
    assert (await enrol(anonymous, password=PASSWORD)).status_code == 200
    async with database.transaction() as tx:
        told = await tx.connection.execute(text("select kind from notices order by sequence"))
        assert told.scalars().all() == ["person.recovered", "person.enrolled"]
