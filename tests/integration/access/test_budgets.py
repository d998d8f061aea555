"""Budgets of plays, snapshots and searches: who asks without end is put off, and nobody else is."""

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tests.factories.organizations import City, add_person, add_to_roster
from tests.integration.access.conftest import Watching
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import access_register, audit_events
from pinegate.adapters.settings import Settings
from pinegate.domain.access.budgets import Budget, Budgets
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.services import Services
from pinegate.entrypoints.spent_budgets import write_spent_budgets
from pinegate.entrypoints.wiring.api import application
from pinegate.entrypoints.wiring.media import Media
from pinegate.usecases.access.spending import Spending

ATTACK = 1_428
AT_ONCE = 32
"""As many connections as a program that attacks would hold."""


NO_MEDIA = cast(Media, SimpleNamespace(engine=SimpleNamespace(play_bases=())))


class Away:
    """A database that does not answer."""

    def transaction(self) -> Any:
        raise OperationalError("begin", None, ConnectionError())


class Stopwatch:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def budgets() -> Budgets:
    """The defaults; a test that means another sets it."""
    return Budgets()


@pytest.fixture
def services(services: Services, stopwatch: Stopwatch, budgets: Budgets) -> Services:
    return replace(services, monotonic=stopwatch, spending=Spending(budgets))


async def spent_events(database: Database) -> list[Any]:
    query = select(audit_events).where(audit_events.c.name == AuditEventName.BUDGET_SPENT)
    async with database.transaction() as tx:
        return list(await tx.connection.execute(query.order_by(audit_events.c.sequence)))


async def registered(database: Database) -> int:
    async with database.transaction() as tx:
        return len((await tx.connection.execute(select(access_register.c.id))).all())


async def ask_often(client: httpx2.AsyncClient, times: int, **form: str) -> list[httpx2.Response]:
    room = asyncio.Semaphore(AT_ONCE)

    async def one() -> httpx2.Response:
        async with room:
            return await client.post("/api/play", json=form)

    return await asyncio.gather(*(one() for _ in range(times)))


def expect_later(answer: httpx2.Response, code: str, seconds: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, code), answer.text
    assert answer.headers["Retry-After"] == seconds


async def test_a_person_who_asks_for_tickets_without_end_is_put_off_and_nobody_else_is(
    client_as: ClientAs, watching: Watching, services: Services, stopwatch: Stopwatch, database: Database
) -> None:
    attacker, other = (
        await client_as(watching.viewer),
        await client_as(watching.city.others[Role.UNIT_VIEWER]),
    )
    limit = Budgets().plays.person
    answers = await ask_often(attacker, ATTACK, **watching.form())
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == ATTACK - limit
    for answer in refused:
        expect_later(answer, "plays_spent", "1")
    assert await registered(database) == limit
    stranger = await client_as(watching.city.outsiders[Role.UNIT_VIEWER])
    for client in (other, stranger):
        assert (await client.post("/api/play", json=watching.form())).json()["code"] != "plays_spent"

    await write_spent_budgets(services)
    await write_spent_budgets(services)
    (event,) = await spent_events(database)
    assert (event.subject_kind, event.subject_id) == ("person", watching.viewer.id)
    assert (event.actor_person_id, event.actor_organization_id) == (watching.viewer.id, watching.city.unit)
    assert (event.details["activity"], event.details["refused"]) == ("plays", ATTACK - limit)

    stopwatch.now += 1
    again = await ask_often(attacker, limit // 60 + 1, **watching.form())
    assert [answer.status_code for answer in again] == [200] * (limit // 60) + [429]


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(person=9, system=9, unit=2))])
async def test_a_unit_has_a_budget_however_many_ask_and_another_unit_keeps_its_own(
    client_as: ClientAs, watching: Watching, services: Services, stopwatch: Stopwatch, database: Database
) -> None:
    async with database.transaction() as tx:
        second = await add_person(tx, watching.city.unit, OrganizationKind.USING_UNIT, Role.UNIT_VIEWER)
        await add_to_roster(tx, watching.city.system, second.id)
    first, later = await client_as(watching.viewer), await client_as(second)
    assert [answer.status_code for answer in await ask_often(first, 2, **watching.form())] == [200, 200]
    expect_later(await later.post("/api/play", json=watching.form()), "plays_spent", "30")
    stranger = await client_as(watching.city.outsiders[Role.UNIT_VIEWER])
    assert (await stranger.post("/api/play", json=watching.form())).status_code == 403
    await write_spent_budgets(services)
    (event,) = await spent_events(database)
    assert (event.subject_kind, event.subject_id) == ("organization", watching.city.unit)


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(person=9, system=2, unit=3))])
async def test_nobody_spends_the_budget_of_another_unit_s_system_by_naming_it(
    client_as: ClientAs, watching: Watching, services: Services, database: Database
) -> None:
    stranger = await client_as(watching.city.outsiders[Role.UNIT_VIEWER])
    answers = await ask_often(stranger, 4, **watching.form())
    assert sorted(answer.status_code for answer in answers) == [403, 403, 429, 429]
    own = await client_as(watching.viewer)
    answers = await ask_often(own, 3, **watching.form())
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    await write_spent_budgets(services)
    events = await spent_events(database)
    assert [(event.subject_kind, event.subject_id) for event in events] == [
        ("system", watching.city.system)
    ] * 2
    assert [event.actor_organization_id for event in events] == [watching.city.other_unit, watching.city.unit]


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(person=2, system=1, unit=9))])
async def test_what_a_system_s_budget_refuses_takes_nothing_of_the_person_s(
    client_as: ClientAs, watching: Watching
) -> None:
    client = await client_as(watching.viewer)
    answers = await ask_often(client, 5, **watching.form())
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429, 429]
    elsewhere = await client.post("/api/play", json=watching.form(system_id=watching.city.other_system))
    assert elsewhere.status_code == 403


@pytest.mark.parametrize("budgets", [Budgets(snapshots=Budget(1, 9, 9))])
async def test_snapshots_have_a_budget_of_their_own(client_as: ClientAs, watching: Watching) -> None:
    client = await client_as(watching.viewer)
    form = watching.form(point_id=watching.ungranted)
    del form["protocol"]
    assert (await client.post("/api/snapshots", json=form)).status_code == 403
    expect_later(await client.post("/api/snapshots", json=form), "snapshots_spent", "60")
    assert (await client.post("/api/play", json=watching.form())).status_code == 200


@pytest.mark.parametrize("budgets", [Budgets(searches=Budget(3, 9, 9))])
async def test_list_tree_and_map_are_searches(client_as: ClientAs, city: City) -> None:
    client = await client_as(Role.UNIT_VIEWER)
    paths = ("/api/points", "/api/points/tree", "/api/points/map?bbox=118,29,119,30&zoom=10")
    for path in paths:
        assert (await client.get(path)).status_code == 200
    for path in paths:
        expect_later(await client.get(path), "searches_spent", "20")
    other = await client_as(Role.POLICE_REVIEWER)
    assert (await other.get("/api/points")).status_code == 200


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(1, 9, 9))])
async def test_what_the_database_does_not_take_is_written_later_and_nothing_is_lost_at_the_end(
    client_as: ClientAs, watching: Watching, services: Services, database: Database, tmp_path: Path
) -> None:
    client = await client_as(watching.viewer)
    await ask_often(client, 3, **watching.form())
    await write_spent_budgets(replace(services, database=cast(Database, Away())))
    assert await spent_events(database) == []
    await ask_often(client, 2, **watching.form())
    async with application(Settings(data_folder=tmp_path), services, NO_MEDIA, None):
        await asyncio.sleep(0)
    (event,) = await spent_events(database)
    assert event.details["refused"] == 4
