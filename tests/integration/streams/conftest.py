"""Real signalling, real workers, a simulated device."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import City, fresh_id
from tests.integration.gb28181.lower_peer import PASSWORD, PLATFORM_ID
from tests.integration.media.viewers import HttpViewer
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.clock import monotonic_seconds, utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import camera_points, devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.domain.access.tracks import PICTURE
from pinegate.usecases.devices.step import password_context
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused, SessionEnded
from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.faults import Faults
from pinegate_simulator.inventory import invent
from pinegate_simulator.simulator import Simulator

DEVICE = "34100200001180000001"
BOX = AesGcmBox(bytes(32))
SMALL = ClipSettings(160, 90, 10, 1.0, 2.0)


class OpenEventHandler(MediaEventHandler):
    """Lets everybody in: this is about pictures, not about permission."""

    def __init__(self, database: Database, ends: SessionEndWriter) -> None:
        super().__init__(database, ends, utc_now, monotonic_seconds, fresh_id)
        self.point = ""
        self.ended: list[str] = []

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused:
        assert self._sources is not None
        self._sources.join(self.point, ticket)
        return Admitted(ticket, self.point, 60.0, PICTURE)

    async def session_ended(self, ended: SessionEnded) -> None:
        self.ended.append(str(ended.end))
        await super().session_ended(ended)


@dataclass
class Streams:
    """What the control process runs of signalling and media."""

    media: MediaSupervisor
    media_events: OpenEventHandler
    port: int

    async def watch(self) -> HttpViewer:
        ticket = self.media.issue_ticket(self.media_events.point)
        return await HttpViewer.open(self.media.play_address(ticket, PlayProtocol.FLV))

    async def sees_pictures(self) -> HttpViewer:
        """Asks again, as the portal does, until pictures come."""
        async with asyncio.timeout(HANGS_SECONDS):
            while True:
                viewer = await self.watch()
                if viewer.status == 200:
                    await until(lambda viewer=viewer: len(viewer.body) > 5_000 or viewer.closed)
                    if viewer.closed is None:
                        return viewer
                await asyncio.sleep(0.2)


@pytest.fixture(params=["udp", "tcp_passive"])
async def streams(
    request: pytest.FixtureRequest, database: Database, city: City, tmp_path: Path
) -> AsyncIterator[Streams]:
    sealed = BOX.seal(PASSWORD.encode(), password_context(DEVICE))
    row = {"id": "device", "device_code": DEVICE, "name": "录像机", "media_transport": request.param}
    async with database.transaction() as tx:
        await tx.connection.execute(devices.insert().values(**row, password_encrypted=sealed))
    ends = SessionEndWriter(database, SessionEndListeners(), lambda: datetime.now(UTC), fresh_id)
    media_events = OpenEventHandler(database, ends)
    media = MediaSupervisor(MediaSettings(workers=1, rtp_ports=(36000, 36999)), media_events)
    recorder = Recorder(database, HUANGSHAN, utc_now, fresh_id)
    signalling = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], DeviceAccounts(database, BOX), recorder)
    sources = SourceRunner(media, signalling, database, monotonic_seconds, sip_domain=PLATFORM_ID[:10])
    media_events.serve(sources)
    signalling.streams = sources
    await media.start()
    running = asyncio.create_task(sources.run())
    port = await signalling.start("127.0.0.1", 0)
    try:
        yield Streams(media, media_events, port)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await signalling.stop()
        await media.stop()


@asynccontextmanager
async def device(
    streams: Streams, cache: Path, *, clips: ClipSettings = SMALL, faults: Faults | None = None
) -> AsyncGenerator[Simulator, None]:
    """The device, each time from another port."""
    simulator = Simulator(
        SimulatorConfig(
            device_id=DEVICE,
            platform_id=PLATFORM_ID,
            platform_host="127.0.0.1",
            platform_port=streams.port,
            password=PASSWORD,
            cameras=invent(1),
            cache_dir=cache,
            clips=clips,
            faults=faults or Faults(),
        )
    )
    await simulator.start()
    try:
        async with asyncio.timeout(HANGS_SECONDS):
            await simulator.wait_registered()
        yield simulator
    finally:
        await simulator.stop()


async def catalogued(database: Database) -> str:
    async def found() -> list[str]:
        async with database.transaction() as tx:
            return list((await tx.connection.execute(select(camera_points.c.id))).scalars())

    return (await until(found))[0]
