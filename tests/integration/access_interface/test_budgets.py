"""Programs and operators have the same budgets as who sits at the portal."""

from dataclasses import replace

import pytest
from tests.factories.organizations import add_person, add_to_roster
from tests.integration.access.conftest import Watching
from tests.integration.access_interface.conftest import Program
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Database
from pinegate.domain.access.budgets import Budget, Budgets
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.spending import Spending

FLV = b'{"protocol": "flv"}'


@pytest.fixture
def services(services: Services, budgets: Budgets) -> Services:
    return replace(services, monotonic=lambda: 1_000.0, spending=Spending(budgets))


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(person=2, system=3, unit=9))])
async def test_a_program_s_persons_have_a_budget_each_and_its_system_one(
    program: Program, watching: Watching, database: Database
) -> None:
    async with database.transaction() as tx:
        second = await add_person(tx, watching.city.unit, OrganizationKind.USING_UNIT, Role.UNIT_VIEWER)
        await add_to_roster(tx, watching.city.system, second.id)
    path = f"/access/v1/points/{watching.points[0]}/play"
    first = [await program.ask("POST", path, body=FLV) for _ in range(3)]
    program.end_user = second.staff_number
    later = [await program.ask("POST", path, body=FLV) for _ in range(2)]
    # The second has not acknowledged the agreement: denied, so decided on.
    assert [answer.status_code for answer in (*first, *later)] == [200, 200, 429, 403, 429]
    persons, system = first[2], later[1]
    assert (persons.json()["code"], persons.headers["Retry-After"]) == ("plays_spent", "30")
    assert "person" in persons.json()["detail"] and "system" in system.json()["detail"]
    assert system.headers["Retry-After"] == "20"


@pytest.mark.parametrize("budgets", [Budgets(searches=Budget(9, 2, 9), snapshots=Budget(9, 1, 9))])
async def test_a_program_s_lists_and_snapshots_have_budgets(program: Program, watching: Watching) -> None:
    for _ in range(2):
        assert (await program.ask("GET", "/access/v1/points")).status_code == 200
    refused = await program.ask("GET", "/access/v1/points")
    assert (refused.status_code, refused.json()["code"]) == (429, "searches_spent")
    path = f"/access/v1/points/{watching.ungranted}/snapshot"
    assert (await program.ask("POST", path)).status_code == 403
    refused = await program.ask("POST", path)
    assert (refused.status_code, refused.json()["code"]) == (429, "snapshots_spent")


@pytest.mark.parametrize("budgets", [Budgets(plays=Budget(1, 9, 9))])
async def test_the_operator_s_tests_have_a_budget(
    client_as: ClientAs, watching: Watching, open_order: None
) -> None:
    operator = await client_as(Role.OPERATOR_PROVISIONER)
    path = f"/api/work-orders/{watching.filed.work_order}/test-play"
    answers = [await operator.post(path, json={"point_id": watching.points[0]}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429]
    viewer = await client_as(watching.viewer)
    assert (await viewer.post("/api/play", json=watching.form())).status_code == 200
