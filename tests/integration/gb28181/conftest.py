"""An upper platform with its database, and a device that registered with it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import City, fresh_id
from tests.integration.conftest import Clock
from tests.integration.gb28181.lower_peer import DEVICE_ID, PASSWORD, PLATFORM_ID, LowerPeer

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import camera_points, devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts, KnownDevice
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.protocols.gb28181.lower.events import Registered
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem
from pinegate.protocols.sip.flow import Transport
from pinegate.usecases.devices.step import password_context

BOX = AesGcmBox(bytes(32))


def camera(number: int, **values: Any) -> CatalogItem:
    return CatalogItem(
        device_id=f"34100200001320{number:06d}",
        name=f"老街东口&{number}号",
        civil_code="341002",
        address="屯溪区老街街道",
        parent_id=DEVICE_ID,
        status=values.pop("status", "ON"),
        longitude=118.3,
        latitude=29.7,
        info=CatalogInfo(ptz_type=1, point_type=1),
        **values,
    )


@dataclass
class Upper:
    server: Gb28181Server
    recorder: Recorder
    database: Database
    port: int
    accounts: DeviceAccounts

    @property
    def known(self) -> KnownDevice:
        return self.accounts.known[DEVICE_ID]

    async def health(self) -> dict[str, tuple[str, str]]:
        await self.recorder.drained()
        async with self.database.transaction() as tx:
            point = camera_points.c
            rows = await tx.connection.execute(select(point.channel_code, point.health, point.listing_state))
            return {row.channel_code[-2:]: (row.health, row.listing_state) for row in rows}


@pytest.fixture
async def upper(database: Database, city: City, clock: Clock) -> AsyncIterator[Upper]:
    async with database.transaction() as tx:
        await tx.connection.execute(
            devices.insert().values(
                id="device",
                device_code=DEVICE_ID,
                name="公安共享平台",
                password_encrypted=BOX.seal(PASSWORD.encode(), password_context(DEVICE_ID)),
            )
        )
    recorder = Recorder(database, HUANGSHAN, clock, fresh_id)
    accounts = DeviceAccounts(database, BOX)
    server = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], accounts, recorder)
    port = await server.start("127.0.0.1", 0)
    yield Upper(server, recorder, database, port, accounts)
    await server.stop()


@pytest.fixture(params=["udp", "tcp"])
async def peer(request: pytest.FixtureRequest, upper: Upper) -> AsyncIterator[LowerPeer]:
    transport: Transport = request.param
    peer = LowerPeer(transport, upper.port)
    await peer.open()
    peer.device.set_catalog([camera(1), camera(2)])
    peer.do(peer.device.start)
    await peer.wait_for(Registered)
    yield peer
    peer.close()
