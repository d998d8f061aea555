"""Media from an address that nobody listed: named on the device's page, and allowed there."""

from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import audit_events
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.devices.ports import NullDeviceSignalling

CODE = "34100000002000000009"
DEVICE = {"device_code": CODE, "name": "市公安局视频平台"}


class Refusing(NullDeviceSignalling):
    """A platform whose media server sent from where nobody expected it."""

    def refused_media_hosts(self, device_code: str) -> tuple[str, ...]:
        return ("10.9.9.8", "10.9.9.9")

    def deviations(self, device_code: str) -> dict[str, int]:
        return {"status_word": 3}


@pytest.fixture
def services(services: Services) -> Services:
    return replace(services, device_signalling=Refusing())


async def test_a_refused_address_is_allowed_by_one_step_that_is_audited(
    database: Database, client_as: ClientAs
) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    device = (await admin.post("/api/devices", json=DEVICE)).json()["device"]
    assert device["refused_media_hosts"] == ["10.9.9.8", "10.9.9.9"]
    assert device["deviations"] == {"status_word": 3}
    path = f"/api/devices/{device['id']}/media-hosts"
    allowed = (await admin.post(path, json={"host": "10.9.9.9"})).json()
    assert (allowed["media_hosts"], allowed["refused_media_hosts"]) == (["10.9.9.9"], ["10.9.9.8"])
    async with database.transaction() as tx:
        query = select(audit_events.c.details).where(audit_events.c.name == "devices.media_host_allowed")
        assert (await tx.connection.execute(query)).scalar_one() == {"device_code": CODE, "host": "10.9.9.9"}
    assert (await admin.post(path, json={"host": "10.9.9.7"})).status_code == 409
    assert (await admin.post(path, json={"host": "10.9.9.0/24"})).status_code == 422
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        client = await client_as(role)
        assert (await client.post(path, json={"host": "10.9.9.8"})).status_code == 403, role
