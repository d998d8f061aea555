"""A server that neither answers nor hangs up (its machine is suspended, its disk waits): nobody waits for it long."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import fresh_id
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason, serving, watch
from tests.integration.conftest import ClientAs
from tests.integration.gb28181.lower_peer import DEVICE_ID, PASSWORD, PLATFORM_ID, LowerPeer
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database import bounded_connection
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.database.tables import devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.domain.access.session_end import End, EndReason
from pinegate.entrypoints.services import Services
from pinegate.protocols.gb28181.lower.events import Registered
from pinegate.usecases.devices.step import password_context
from pinegate.usecases.streams.media_engine import PlayProtocol, Refused, SessionEnded

BOX = AesGcmBox(bytes(32))


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="pinegate-hang-") as folder:
        Path(folder).chmod(0o711)  # run by root, the server has an account of its own
        yield Path(folder) / "postgresql"


@pytest.fixture(scope="module")
def postgres(cluster: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(cluster, durable=False) as server:
        yield server


@pytest.fixture
async def database(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    monkeypatch.setattr(bounded_connection, "CONNECT_SECONDS", 1)
    monkeypatch.setattr("pinegate.adapters.database.connection.ANSWER_SECONDS", 1.0)
    monkeypatch.setattr("pinegate.adapters.database.connection.OPENING_ANSWER_SECONDS", 1.0)
    monkeypatch.setattr("pinegate.adapters.database.connection.IDLE_ANSWER_SECONDS", 0.5)
    monkeypatch.setattr("pinegate.adapters.database.direct_connections.OPENING_ANSWER_SECONDS", 1.0)
    monkeypatch.setattr(bounded_connection.BoundedConnection, "patience", 1.0)
    urls = postgres.create_database(f"test_{fresh_id().replace('-', '')}")
    await asyncio.to_thread(migrate, urls.owner, APP_ROLE)
    database = Database(urls.app)
    yield database
    await database.close()


@contextmanager
def hanging(cluster: Path) -> Generator[None, None, None]:
    """All processes of the server are stopped: the kernel takes connections for it, and nothing else happens."""
    here = (cluster / "cluster").resolve()
    running = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    pids = [pid for pid in running if _works_in(pid, here)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder
    except OSError:
        return False


async def test_play_is_refused_in_time_and_comes_back_by_itself(
    client_as: ClientAs, watching: Watching, live: Live, cluster: Path
) -> None:
    client = await client_as(watching.viewer)
    async with serving(live):
        session = await watch(client_as, watching, live)
        live.reevaluator.wake()
        await until(lambda: any(session in ids for ids, _ in live.media.renewed))
        with hanging(cluster):
            asked = [client.post("/api/play", json=watching.form()) for _ in range(20)]
            async with asyncio.timeout(HANGS_SECONDS):
                answers = await asyncio.gather(*asked)
                health = (await client.get("/api/health")).json()
                refused = await live.media_events.redeem_ticket("x" * 64, PlayProtocol.FLV, "127.0.0.1")
            assert {(one.status_code, one.json()["code"]) for one in answers} == {(503, "unavailable")}
            assert (health["status"], health["database"]) == ("degraded", "unavailable")
            assert isinstance(refused, Refused) and refused.code == "unavailable"
            live.media.renewed.clear()
            live.reevaluator.wake()
            await live.reevaluator.reevaluate_now()
            assert live.media.renewed == []
            await live.media_events.session_ended(SessionEnded(session, End(EndReason.LEASE_ENDED), 4711))

        async def written() -> bool:
            return await end_reason(live, session) == "lease_ended"

        await until(written)
        assert (await client.get("/api/health")).json()["database"] == "ok"
        assert (await client.post("/api/play", json=watching.form())).status_code == 200


async def test_a_device_is_answered_when_what_it_was_told_is_written(
    database: Database, base_services: Services, cluster: Path
) -> None:
    async with database.transaction() as tx:
        sealed = BOX.seal(PASSWORD.encode(), password_context(DEVICE_ID))
        row = {"id": "device", "device_code": DEVICE_ID, "name": "平台", "password_encrypted": sealed}
        await tx.connection.execute(devices.insert().values(**row))
    recorder = Recorder(database, HUANGSHAN, base_services.now, fresh_id)
    server = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], DeviceAccounts(database, BOX), recorder)
    peer = LowerPeer("udp", await server.start("127.0.0.1", 0))
    await peer.open()
    try:
        with hanging(cluster):
            peer.do(peer.device.start)
            await until(lambda: recorder.waiting)
            assert not [event for event in peer.events if isinstance(event, Registered)]
        await peer.wait_for(Registered)
        async with database.transaction() as tx:
            assert (await tx.devices.views())[0].online
    finally:
        peer.close()
        await server.stop()
