"""Signing in through the routes: credentials, lockout, one-time codes, sessions, the demonstration's accounts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx2
import pytest
from pyotp.totp import TOTP
from sqlalchemy import select, text, update
from tests.factories.organizations import City, Person
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import accounts, audit_events, organizations, persons, portal_sessions
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.services import Services
from pinegate.token_buckets import TokenBuckets

PASSWORD = "correct horse battery"


@pytest.fixture
def services(services: Services) -> Services:
    return replace(
        services,
        passwords=Argon2Passwords(memory_kib=64, passes=1),
        secret_box=AesGcmBox(bytes(range(32))),
        sign_in_limit=TokenBuckets(burst=1000, per_second=1000),
    )


@pytest.fixture
async def person(city: City, services: Services) -> Person:
    person = city.persons[Role.UNIT_CLERK]
    await set_account(services.database, person, password_hash=await services.passwords.hash(PASSWORD))
    return person


async def set_account(database: Database, person: Person, **values: object) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(
            update(accounts).where(accounts.c.person_id == person.id).values(**values)
        )


async def audit_names(database: Database) -> list[str]:
    async with database.transaction() as tx:
        rows = await tx.connection.execute(select(audit_events.c.name).order_by(audit_events.c.sequence))
        return list(rows.scalars())


async def sign_in(
    client: httpx2.AsyncClient, person: Person, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    return await client.post("/api/session", json={"login": person.login, "password": password, **more})


async def test_the_right_password_opens_a_session_whose_cookie_scripts_cannot_read(
    anonymous: httpx2.AsyncClient, person: Person, database: Database
) -> None:
    answer = await sign_in(anonymous, person)

    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/api" in cookie
    assert answer.json()["login"] == person.login
    assert (await anonymous.get("/api/session")).json()["person_id"] == person.id
    async with database.transaction() as tx:
        stored = (await tx.connection.execute(select(portal_sessions.c.token_digest))).scalar_one()
    assert anonymous.cookies[COOKIE].encode() not in bytes(stored)


async def test_an_unknown_login_and_a_wrong_password_get_the_same_answer(
    anonymous: httpx2.AsyncClient, person: Person, database: Database
) -> None:
    wrong = await sign_in(anonymous, person, "something else entirely")
    unknown = await anonymous.post("/api/session", json={"login": "nobody", "password": PASSWORD})

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert await audit_names(database) == ["identity.login_failed"] * 2


async def test_the_fifth_failure_locks_the_account_for_half_an_hour(
    anonymous: httpx2.AsyncClient, person: Person, clock: Clock, database: Database
) -> None:
    codes = [(await sign_in(anonymous, person, "wrong")).json()["code"] for _ in range(5)]
    assert codes == ["wrong_credentials"] * 4 + ["locked_out"]

    assert (await sign_in(anonymous, person)).json()["code"] == "locked_out"
    clock.advance(minutes=31)
    assert (await sign_in(anonymous, person)).status_code == 200
    assert "identity.login_locked" in await audit_names(database)


async def test_one_failure_after_the_lock_ran_out_does_not_lock_again(
    anonymous: httpx2.AsyncClient, person: Person, clock: Clock
) -> None:
    for _ in range(5):
        await sign_in(anonymous, person, "wrong")
    clock.advance(minutes=31)
    assert (await sign_in(anonymous, person, "wrong")).json()["code"] == "wrong_credentials"


async def test_signing_in_forgives_the_failures_before_it(
    anonymous: httpx2.AsyncClient, person: Person
) -> None:
    for _ in range(2):
        for _ in range(4):
            assert (await sign_in(anonymous, person, "something else entirely")).status_code == 401
        assert (await sign_in(anonymous, person)).status_code == 200


async def test_a_locked_person_does_not_sign_in(
    anonymous: httpx2.AsyncClient, person: Person, database: Database
) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(
            update(persons).where(persons.c.id == person.id).values(state="account_locked")
        )
    assert (await sign_in(anonymous, person)).json()["code"] == "wrong_credentials"


async def test_a_foreign_site_cannot_sign_somebody_in(anonymous: httpx2.AsyncClient, person: Person) -> None:
    del anonymous.headers[REQUEST_HEADER]
    assert (await sign_in(anonymous, person)).json()["code"] == "csrf"


async def test_a_request_without_our_header_or_from_another_origin_changes_nothing(
    client_as: ClientAs,
) -> None:
    client = await client_as(Role.UNIT_CLERK)
    foreign = await client.delete("/api/session", headers={"Origin": "https://elsewhere.example"})
    assert foreign.json()["code"] == "csrf"
    del client.headers[REQUEST_HEADER]
    assert (await client.delete("/api/session")).json()["code"] == "csrf"
    assert (await client.get("/api/session")).status_code == 200


@pytest.mark.parametrize(("secure", "own", "other"), [(False, "http", "https"), (True, "https", "http")])
async def test_the_portal_s_name_with_another_scheme_is_another_site(
    services: Services, person: Person, secure: bool, own: str, other: str
) -> None:
    app = create_app(replace(services, secure_cookies=secure))
    transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 1))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://portal.test", headers={REQUEST_HEADER: "1"}
    ) as client:
        form = {"login": person.login, "password": PASSWORD}
        foreign = await client.post("/api/session", json=form, headers={"Origin": f"{other}://portal.test"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "csrf")
        ours = await client.post("/api/session", json=form, headers={"Origin": f"{own}://portal.test"})
        assert ours.status_code == 200, ours.text


async def test_too_many_attempts_from_one_host_are_refused_before_any_password_is_checked(
    services: Services, person: Person
) -> None:
    limited = replace(services, sign_in_limit=TokenBuckets(burst=3, per_second=0.01))
    transport = httpx2.ASGITransport(app=create_app(limited), client=("192.0.2.7", 1))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://portal.test", headers={REQUEST_HEADER: "1"}
    ) as client:
        statuses = [(await sign_in(client, person, "wrong")).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


async def test_signing_out_ends_the_session_on_the_server(client_as: ClientAs, database: Database) -> None:
    client = await client_as(Role.UNIT_CLERK)
    token = client.cookies[COOKIE]
    assert (await client.delete("/api/session")).status_code == 204
    client.cookies.set(COOKIE, token)
    assert (await client.get("/api/session")).status_code == 401
    assert await audit_names(database) == ["identity.logout"]


async def test_an_idle_session_runs_out(client_as: ClientAs, clock: Clock) -> None:
    client = await client_as(Role.UNIT_CLERK)
    clock.advance(minutes=14)
    assert (await client.get("/api/session")).status_code == 200
    clock.advance(minutes=14)
    assert (await client.get("/api/session")).status_code == 200
    clock.advance(minutes=16)
    assert (await client.get("/api/session")).status_code == 401


async def test_after_twelve_hours_a_session_runs_out_however_busy_it_was(
    client_as: ClientAs, clock: Clock
) -> None:
    client = await client_as(Role.UNIT_CLERK)
    for _ in range(71):
        clock.advance(minutes=10)
        assert (await client.get("/api/session")).status_code == 200
    clock.advance(minutes=9)
    assert (await client.get("/api/session")).status_code == 200
    clock.advance(minutes=2)
    assert (await client.get("/api/session")).status_code == 401


async def test_a_person_ends_their_own_other_session_but_nobody_elses(
    client_as: ClientAs, city: City
) -> None:
    here, there = await client_as(Role.UNIT_CLERK), await client_as(Role.UNIT_CLERK)
    stranger = await client_as(Role.UNIT_LEADER)
    mine = next(item for item in (await there.get("/api/session/all")).json()["items"] if item["current"])

    assert (await stranger.delete(f"/api/session/{mine['id']}")).status_code == 404
    assert (await there.get("/api/session")).status_code == 200
    assert (await here.delete(f"/api/session/{mine['id']}")).status_code == 204
    assert (await there.get("/api/session")).status_code == 401


@pytest.mark.parametrize(
    "weak", ["short", "elevenchars", "aaaaaaaaaaaaaaaa", "x-{login}-y-and-more", "p" * 1000]
)
async def test_weak_passwords_are_refused_by_name_of_the_field(
    anonymous: httpx2.AsyncClient, person: Person, weak: str
) -> None:
    await sign_in(anonymous, person)
    new = weak.replace("{login}", person.login)
    answer = await anonymous.post("/api/session/password", json={"current": PASSWORD, "new": new})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "new"


async def test_changing_the_password_needs_the_old_one_and_ends_the_other_sessions(
    anonymous: httpx2.AsyncClient, person: Person, client_as: ClientAs
) -> None:
    other = await client_as(person)
    await sign_in(anonymous, person)
    change = {"current": "not the old one", "new": "another fine pass phrase"}
    assert (await anonymous.post("/api/session/password", json=change)).status_code == 403
    change["current"] = PASSWORD
    assert (await anonymous.post("/api/session/password", json=change)).status_code == 204
    assert (await other.get("/api/session")).status_code == 401
    assert (await anonymous.get("/api/session")).status_code == 200


async def enable_totp(client: httpx2.AsyncClient, now: datetime) -> TOTP:
    prepared = (await client.post("/api/session/totp", json={})).json()
    assert prepared["qr_svg"].startswith("<svg")
    totp = TOTP(prepared["secret"])
    answer = await client.post("/api/session/totp/confirm", json={"code": totp.at(now)})
    assert answer.status_code == 204
    return totp


async def test_a_one_time_code_is_asked_for_and_never_taken_twice(
    anonymous: httpx2.AsyncClient, person: Person, clock: Clock, database: Database
) -> None:
    await sign_in(anonymous, person)
    totp = await enable_totp(anonymous, clock())

    assert (await sign_in(anonymous, person)).json()["code"] == "totp_required"
    replayed = await sign_in(anonymous, person, totp=totp.at(clock()))
    assert replayed.json()["code"] == "totp_required"
    clock.advance(seconds=30)
    code = totp.at(clock())
    assert (await sign_in(anonymous, person, totp=code)).status_code == 200
    assert (await sign_in(anonymous, person, totp=code)).status_code == 401
    async with database.transaction() as tx:
        sealed = (
            await tx.connection.execute(
                select(accounts.c.totp_secret).where(accounts.c.person_id == person.id)
            )
        ).scalar_one()
    assert totp.secret.encode() not in bytes(sealed)


async def test_a_wrong_one_time_code_opens_nothing_and_five_of_them_lock_the_account(
    anonymous: httpx2.AsyncClient, person: Person, clock: Clock
) -> None:
    await sign_in(anonymous, person)
    totp = await enable_totp(anonymous, clock())
    clock.advance(seconds=30)
    wrong = f"{(int(totp.at(clock())) + 1) % 1_000_000:06d}"
    answers = [await sign_in(anonymous, person, totp=wrong) for _ in range(5)]
    assert [answer.json()["code"] for answer in answers] == ["totp_required"] * 4 + ["locked_out"]
    right = await sign_in(anonymous, person, totp=totp.at(clock()))
    assert right.json()["code"] == "locked_out"


async def test_who_is_locked_meanwhile_is_signed_in_no_more(
    client_as: ClientAs, person: Person, database: Database
) -> None:
    client = await client_as(person)
    async with database.transaction() as tx:
        await tx.connection.execute(
            update(persons).where(persons.c.id == person.id).values(state="account_locked")
        )
    assert (await client.get("/api/session")).status_code == 401


async def test_nobody_of_a_unit_suspended_meanwhile_is_signed_in_any_more(
    client_as: ClientAs, person: Person, database: Database
) -> None:
    client = await client_as(person)
    async with database.transaction() as tx:
        await tx.connection.execute(
            update(organizations)
            .where(organizations.c.id == person.organization_id)
            .values(standing="suspended")
        )
    assert (await client.get("/api/session")).status_code == 401


async def test_one_time_codes_are_given_up_with_the_password_and_a_present_code(
    anonymous: httpx2.AsyncClient, person: Person, clock: Clock
) -> None:
    await sign_in(anonymous, person)
    totp = await enable_totp(anonymous, clock())
    used = {"password": PASSWORD, "code": totp.at(clock())}
    clock.advance(seconds=30)
    both = {"password": PASSWORD, "code": totp.at(clock())}
    for wrong, status in (({**both, "password": "wrong"}, 403), (used, 422), ({"password": PASSWORD}, 422)):
        answer = await anonymous.request("DELETE", "/api/session/totp", json=wrong)
        assert answer.status_code == status
    right = await anonymous.request("DELETE", "/api/session/totp", json=both)
    assert right.status_code == 204
    assert (await sign_in(anonymous, person)).status_code == 200


async def demonstration_answers(
    services: Services, peer: str, headers: Mapping[str, str], host: str = "127.0.0.1:8080"
) -> tuple[Any, int]:
    transport = httpx2.ASGITransport(app=create_app(services), client=(peer, 1))
    async with httpx2.AsyncClient(
        transport=transport, base_url=f"http://{host}", headers={REQUEST_HEADER: "1", **headers}
    ) as client:
        options = (await client.get("/api/session/options")).json()
        async with services.database.transaction() as tx:
            login = (await tx.connection.execute(select(accounts.c.login).limit(1))).scalar_one()
        opened = await client.post("/api/session", json={"demonstration_login": login})
    return options, opened.status_code


async def test_in_the_demonstration_one_click_signs_in_from_this_machine(
    services: Services, person: Person
) -> None:
    options, status = await demonstration_answers(replace(services, demonstration=True), "127.0.0.1", {})
    assert options["demonstration"] is True and len(options["accounts"]) > 10
    assert status == 200


@pytest.mark.parametrize(
    ("demonstration", "peer", "headers", "host"),
    [
        (False, "127.0.0.1", {}, "127.0.0.1:8080"),
        (True, "192.0.2.9", {}, "127.0.0.1:8080"),
        (True, "127.0.0.1", {"X-Forwarded-For": "192.0.2.9"}, "127.0.0.1:8080"),
        (True, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1:8080"),
        (True, "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, "127.0.0.1:8080"),
        (True, "127.0.0.1", {}, "rebound.example:8080"),
    ],
)
async def test_the_demonstrations_accounts_exist_nowhere_else(
    services: Services,
    person: Person,
    demonstration: bool,
    peer: str,
    headers: Mapping[str, str],
    host: str,
) -> None:
    there = replace(services, demonstration=demonstration)
    options, status = await demonstration_answers(there, peer, headers, host)
    assert options == {
        "demonstration": False,
        "product_version": options["product_version"],
        "accounts": [],
    }
    assert status == 403


async def test_a_viewer_who_is_not_bound_yet_reaches_only_the_duty(
    client_as: ClientAs, city: City, database: Database
) -> None:
    viewer = city.persons[Role.UNIT_VIEWER]
    async with database.transaction() as tx:
        await tx.connection.execute(
            update(persons).where(persons.c.id == viewer.id).values(state="nominated")
        )
    client = await client_as(viewer)
    assert (await client.get("/api/session")).status_code == 200
    refused = await client.get("/api/play/whatever")
    assert refused.status_code == 403 and "acknowledge" in refused.json()["detail"]


async def test_the_audit_log_holds_no_password(
    anonymous: httpx2.AsyncClient, person: Person, database: Database
) -> None:
    canary = "canary-e7b1-password"
    await sign_in(anonymous, person, canary)
    await anonymous.post("/api/session", json={"login": canary, "password": canary})
    async with database.transaction() as tx:
        found = await tx.connection.execute(text("select convert_from(canonical, 'UTF8') from audit_events"))
        assert all(canary not in line for line in found.scalars())
