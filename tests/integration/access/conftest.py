"""One unit with an active application for a few cameras, and the machinery around live sessions without real media."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.factories.applications import Filed, add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import City, Person, fresh_id
from tests.integration.conftest import Clock

from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.access.session_ends import SessionEndWriter
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import devices
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.snapshots import Snapshots
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.streams.media_engine import NullMediaEngine
from pinegate.usecases.streams.signalling import (
    Answered,
    Invitation,
    InviteFailed,
    PtzCommand,
)

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffda0008010100003f00ffd9")


class StubSignalling:
    """Devices that answer as the test says."""

    def __init__(self) -> None:
        self.ready = True
        self.invitations: list[Invitation] = []
        self.byes: list[str] = []
        self.commands: list[tuple[str, PtzCommand]] = []
        self.failures: list[InviteFailed] = []
        self.takes_control = True
        self.refused_media: list[tuple[str, str]] = []
        self.key_frames: list[tuple[str, str]] = []

    async def invite(self, invitation: Invitation) -> Answered | InviteFailed:
        self.invitations.append(invitation)
        if self.failures:
            return self.failures.pop(0)
        return Answered(f"dialog-{len(self.invitations)}", "127.0.0.1", 40000, int(invitation.ssrc))

    async def bye(self, dialog_id: str) -> None:
        self.byes.append(dialog_id)

    async def ptz(self, device_code: str, channel_code: str, command: PtzCommand) -> bool:
        self.commands.append((channel_code, command))
        return self.takes_control

    def note_refused_media(self, device_code: str, host: str) -> None:
        self.refused_media.append((device_code, host))

    async def request_key_frame(self, device_code: str, channel_code: str) -> None:
        self.key_frames.append((device_code, channel_code))


class StubMedia(NullMediaEngine):
    """Has a picture, and remembers what it was told to cut."""

    async def snapshot(self, source_id: str) -> bytes:
        return JPEG

    @property
    def cut(self) -> dict[str, str]:
        return {session_id: str(end) for session_id, end in self.closed_sessions}


@dataclass
class Watching:
    """The unit's viewer, who may watch and steer ``points`` of ``city.system``."""

    city: City
    viewer: Person
    filed: Filed
    points: list[str]
    ungranted: str
    device: str

    def form(self, **changes: str) -> dict[str, str]:
        form = {
            "point_id": self.points[0],
            "system_id": self.city.system,
            "protocol": "flv",
            "reason": "占道经营巡查",
        }
        return {**form, **changes}


@pytest.fixture
async def watching(database: Database, city: City, clock: Clock) -> Watching:
    async with database.transaction() as tx:
        device = await add_device(tx)
        await tx.connection.execute(update(devices).values(address="127.0.0.1:5060"))
        points = await add_points(tx, device, 4)
        filed = await add_application(
            tx,
            city,
            ApplicationState.ACTIVE,
            points[:3],
            clock(),
            operations=[Operation.LIVE, Operation.SNAPSHOT, Operation.PTZ],
            days=30,
        )
    return Watching(city, city.persons[Role.UNIT_VIEWER], filed, points[:3], points[3], device)


@dataclass
class Live:
    """Everything that keeps live sessions in step, driven by the test."""

    database: Database
    media: StubMedia
    signalling: StubSignalling
    ends: SessionEndWriter
    sources: SourceRunner
    media_events: MediaEventHandler
    reevaluator: Reevaluator


def build_live(services: Services) -> Live:
    media, signalling = StubMedia(), StubSignalling()
    ends = SessionEndWriter(services.database, services.end_listeners, services.now, services.new_id)
    sources = SourceRunner(media, signalling, services.database, services.monotonic, sip_domain="3410000000")
    media_events = MediaEventHandler(
        services.database, ends, services.now, services.monotonic, services.new_id
    )
    media_events.serve(sources)
    reevaluator = Reevaluator(
        services.database,
        media,
        ends,
        services.now,
        services.monotonic,
        idle_limit=timedelta(minutes=15),
        longest_session=timedelta(hours=12),
    )
    return Live(services.database, media, signalling, ends, sources, media_events, reevaluator)


@pytest.fixture
def live(base_services: Services) -> Live:
    return build_live(base_services)


@pytest.fixture
def base_services(database: Database, clock: Clock) -> Services:
    return Services(
        database=database,
        profile=HUANGSHAN,
        now=clock,
        new_id=fresh_id,
        secret_box=AesGcmBox(bytes(range(32))),
    )


@pytest.fixture
def services(base_services: Services, live: Live) -> Services:
    return replace(
        base_services,
        media=live.media,
        signalling=live.signalling,
        snapshots=Snapshots(live.media, live.sources),
        reevaluator=live.reevaluator,
    )
