"""The factories can make every state, so that other tests may rely on them."""

import pytest
from tests.factories.applications import add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.domain.applications.states import ApplicationState


@pytest.mark.parametrize("state", list(ApplicationState))
async def test_an_application_can_be_made_in_each_state(
    database: Database, city: City, clock: Clock, state: ApplicationState
) -> None:
    async with database.transaction() as tx:
        points = await add_points(tx, await add_device(tx), 2)
        filed = await add_application(tx, city, state, points, clock(), access_key="AK")
    assert filed.points == tuple(points)


async def test_the_application_s_role_cannot_change_the_audit_log(database: Database) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with database.transaction() as tx:
            await tx.connection.exec_driver_sql("delete from audit_events")


async def test_a_client_is_signed_in(client_as: ClientAs, city: City) -> None:
    for person in city.persons.values():
        client = await client_as(person)
        assert (await client.get("/api/nowhere")).status_code == 404
