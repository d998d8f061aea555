"""Only an administrator says who may register; passwords are told once and never again."""

from sqlalchemy import select
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import audit_events, devices
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.devices.step import password_context

CODE = "34100000002000000009"
DEVICE = {"device_code": CODE, "name": "市公安局视频平台"}


async def test_a_made_password_is_told_once_and_kept_encrypted(
    database: Database, client_as: ClientAs
) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    created = (await admin.post("/api/devices", json=DEVICE)).json()
    password = created["password"]
    assert len(password) >= 16
    shown = (await admin.get("/api/devices")).text
    assert password not in shown
    async with database.transaction() as tx:
        sealed = (await tx.connection.execute(select(devices.c.password_encrypted))).scalar_one()
        audited = (await tx.connection.execute(select(audit_events.c.canonical))).scalars().all()
    assert password.encode() not in sealed
    assert all(password.encode() not in canonical for canonical in audited)
    assert AesGcmBox(bytes(32)).open(sealed, password_context(CODE)) == password.encode()


async def test_a_code_is_given_once(client_as: ClientAs) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    await admin.post("/api/devices", json=DEVICE)
    again = await admin.post("/api/devices", json=DEVICE)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "device_code")


async def test_everybody_else_is_refused_to_add_and_units_to_look(client_as: ClientAs) -> None:
    for role in set(Role) - {Role.SYSTEM_ADMIN}:
        client = await client_as(role)
        assert (await client.post("/api/devices", json=DEVICE)).status_code == 403, role
    unit = await client_as(Role.UNIT_LEADER)
    assert (await unit.get("/api/devices")).status_code == 403


async def test_a_device_that_is_away_cannot_be_asked(client_as: ClientAs) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    device = (await admin.post("/api/devices", json=DEVICE)).json()["device"]
    for answer in (
        await admin.post(f"/api/devices/{device['id']}/catalogue-query"),
        await admin.get(f"/api/devices/{device['id']}/status"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_a_change_keeps_what_is_not_named(client_as: ClientAs) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    device = (await admin.post("/api/devices", json=DEVICE)).json()["device"]
    changed = await admin.patch(
        f"/api/devices/{device['id']}",
        json={"media_transport": "udp", "media_hosts": ["10.0.0.9", "10.1.0.0/24"]},
    )
    body = changed.json()
    assert (body["name"], body["media_transport"], body["media_hosts"]) == (
        DEVICE["name"],
        "udp",
        ["10.0.0.9", "10.1.0.0/24"],
    )
    assert body["refused_media_hosts"] == []
    short = await admin.patch(f"/api/devices/{device['id']}", json={"password": "short"})
    assert (short.status_code, short.json()["errors"][0]["field"]) == (422, "password")


async def test_media_comes_from_addresses_of_hosts_only(client_as: ClientAs) -> None:
    """S07: no names, which may point elsewhere tomorrow, and no address where machines keep what is their own."""
    admin = await client_as(Role.SYSTEM_ADMIN)
    for host in (
        "camera.test",
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "224.0.0.1",
        "10.0.0.0/8",
        "10.0.0.1/24",
        "169.254.0.0/16",
        "fe80::1%x",
    ):
        answer = await admin.post("/api/devices", json={**DEVICE, "media_hosts": [host]})
        assert answer.status_code == 422, host


async def test_a_device_is_made_strict_about_its_ssrc(client_as: ClientAs) -> None:
    admin = await client_as(Role.SYSTEM_ADMIN)
    device = (await admin.post("/api/devices", json=DEVICE)).json()["device"]
    assert device["strict_ssrc"] is False
    changed = await admin.patch(f"/api/devices/{device['id']}", json={"strict_ssrc": True})
    assert changed.json()["strict_ssrc"] is True
