"""The recorder when its database is away, or refuses a row."""

import asyncio
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import fresh_id
from tests.integration.conftest import Clock
from tests.integration.gb28181.conftest import BOX, Upper, camera
from tests.integration.gb28181.lower_peer import DEVICE_ID, PASSWORD, PLATFORM_ID, LowerPeer
from tests.integration.gb28181.test_server import catalogued
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.database.tables import audit_events, camera_points, devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.protocols.gb28181.lower.events import Registered
from pinegate.protocols.gb28181.upper.events import DeviceRegistered
from pinegate.protocols.manscdp.messages import DeviceInfo
from pinegate.protocols.sip.flow import Flow
from pinegate.usecases.devices.step import password_context

FLOW = Flow("udp", "127.0.0.1", 5060)


def registered(device_code: str) -> DeviceRegistered:
    return DeviceRegistered(device_code, FLOW, 3_600, "3.0", fresh=True, moved=False)


@pytest.fixture
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A server that this test may stop."""
    with tempfile.TemporaryDirectory(prefix="pinegate-away-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder) / "postgresql", durable=False) as server:
            migrate(server.urls().owner, APP_ROLE)
            yield server


async def add_device(database: Database, code: str = DEVICE_ID) -> None:
    sealed = BOX.seal(PASSWORD.encode(), password_context(code))
    async with database.transaction() as tx:
        await tx.connection.execute(
            devices.insert().values(id=code, device_code=code, name=code, password_encrypted=sealed)
        )


async def test_while_the_database_is_away_a_device_is_answered_late_and_what_it_was_told_is_written(
    own_postgres: EmbeddedPostgres, clock: Clock
) -> None:
    database = Database(own_postgres.urls().app)
    await add_device(database)
    recorder = Recorder(database, HUANGSHAN, clock, fresh_id)
    server = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], DeviceAccounts(database, BOX), recorder)
    port = await server.start("127.0.0.1", 0)

    await asyncio.to_thread(own_postgres.stop)
    peer = LowerPeer("udp", port)
    await peer.open()
    peer.device.set_catalog([camera(1), camera(2)])
    with capture_logs() as logs:
        peer.do(peer.device.start)
        await until(lambda: [line for line in logs if line["event"] == "signalling_writes_postponed"])
    assert recorder.waiting > 0
    assert not [event for event in peer.events if isinstance(event, Registered)]

    await asyncio.to_thread(own_postgres.start)
    await peer.wait_for(Registered)
    async with database.transaction() as tx:
        assert (await tx.connection.execute(select(devices.c.online))).scalar_one()
    await until(lambda: server.catalogue_progress(DEVICE_ID).state == "done")
    async with asyncio.timeout(HANGS_SECONDS):
        await recorder.drained()
    async with database.transaction() as tx:
        online = (await tx.connection.execute(select(devices.c.online))).scalar_one()
        names = set((await tx.connection.execute(select(audit_events.c.name))).scalars())
        points = (await tx.connection.execute(select(camera_points.c.id))).all()
    assert (online, len(points), recorder.dropped, recorder.lost) == (True, 2, 0, 0)
    assert "devices.device_registered" in names
    peer.close()
    await server.stop()
    await database.close()


async def test_the_queue_is_bounded_and_what_is_dropped_is_counted(database: Database, clock: Clock) -> None:
    recorder = Recorder(database, HUANGSHAN, clock, fresh_id, most_waiting=100)
    for number in range(150):
        recorder.offline(f"device {number}", "test")
    assert (recorder.waiting, recorder.dropped) == (100, 50)


async def test_the_last_word_of_a_batch_is_the_rows_and_every_event_is_kept(
    database: Database, clock: Clock
) -> None:
    await add_device(database)
    recorder = Recorder(database, HUANGSHAN, clock, fresh_id)
    recorder.registered(registered(DEVICE_ID), b"")
    recorder.offline(DEVICE_ID, "keepalive_missed")
    recorder.registered(registered(DEVICE_ID), b"")
    recorder.information(DEVICE_ID, DeviceInfo(1, DEVICE_ID, manufacturer="海康\x00威视"))
    recorder.offline(DEVICE_ID, "connection_lost")
    task = asyncio.create_task(recorder.run())
    await asyncio.wait_for(recorder.drained(), HANGS_SECONDS)
    task.cancel()
    async with database.transaction() as tx:
        row = (await tx.connection.execute(select(devices))).one()
        events = (await tx.connection.execute(select(audit_events.c.name))).scalars().all()
    assert (row.online, row.manufacturer) == (False, "海康\ufffd威视")
    assert sorted(events) == ["devices.device_offline"] * 2 + ["devices.device_registered"] * 2


async def test_a_row_that_cannot_be_written_costs_only_itself(database: Database, clock: Clock) -> None:
    await add_device(database)
    recorder = Recorder(database, HUANGSHAN, clock, fresh_id)
    recorder.registered(registered(DEVICE_ID), b"")
    recorder.offline("\x00", "a code that no parser lets through")
    recorder.registered(registered("unknown to the table"), b"")
    task = asyncio.create_task(recorder.run())
    await asyncio.wait_for(recorder.drained(), HANGS_SECONDS)
    task.cancel()
    async with database.transaction() as tx:
        online = (await tx.connection.execute(select(devices.c.online))).scalar_one()
        events = (await tx.connection.execute(select(audit_events.c.name))).scalars().all()
    assert (online, len(events), recorder.lost) == (True, 2, 1)


async def test_a_catalogue_with_impossible_texts_is_stored_whole(upper: Upper, peer: LowerPeer) -> None:
    await catalogued(upper, 2)
    bad = [
        replace(camera(3), name="北\x00街"),
        replace(camera(4), name="半个\ud83d字"),
        replace(camera(5), name="长" * 400, address="址" * 400),
    ]
    upper.recorder.catalogue(upper.known, [camera(1), camera(2), *bad], complete=True)
    await catalogued(upper, 5)
    async with upper.database.transaction() as tx:
        rows = await tx.connection.execute(select(camera_points.c.channel_code, camera_points.c.name))
        names = {row.channel_code: row.name for row in rows}
    assert names[camera(3).device_id] == "北\ufffd街"
    assert len(names[camera(5).device_id]) == 100
    assert upper.recorder.lost == 0
