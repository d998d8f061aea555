"""Control with one media worker and cameras that this process plays itself: for the benchmarks of the whole gate."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from _access_city import AccessCity, build_city
from _media_city import PacedCamera
from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.clock import monotonic_seconds, utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.usecases.streams.signalling import Answered, Invitation, NullSignalling


class PacedSignalling(NullSignalling):
    """Each invited camera sends 1 Mbit/s, in real time, until BYE."""

    def __init__(self) -> None:
        self._sending: dict[str, asyncio.Task[object]] = {}

    async def invite(self, invitation: Invitation) -> Answered:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        sock.connect((invitation.host, invitation.port))
        camera = PacedCamera(sock.send, int(invitation.ssrc), 120)
        dialog = str(uuid4())
        self._sending[dialog] = asyncio.create_task(camera.send(2500))
        return Answered(dialog, "127.0.0.1", sock.getsockname()[1], int(invitation.ssrc))

    async def bye(self, dialog_id: str) -> None:
        self._sending.pop(dialog_id).cancel()


@dataclass
class Gate:
    """Control with one media worker. ``owner``: the database as the owner of its tables, for what no program may do."""

    database: Database
    owner: Database
    media: MediaSupervisor
    city: AccessCity


@asynccontextmanager
async def gate(owner_url: str, url: str, points: int = 500) -> AsyncGenerator[Gate, None]:
    """Migrated and filled; ``points`` are granted to one system."""
    await asyncio.to_thread(migrate, owner_url, APP_ROLE)
    owner, database = Database(owner_url), Database(url, pool_size=20)
    ends = SessionEndWriter(database, SessionEndListeners(), utc_now, lambda: str(uuid4()))
    media_events = MediaEventHandler(database, ends, utc_now, monotonic_seconds, lambda: str(uuid4()))
    media = MediaSupervisor(MediaSettings(rtp_ports=(36000, 36999)), media_events)
    sources = SourceRunner(media, PacedSignalling(), database, monotonic_seconds, sip_domain="3410000000")
    media_events.serve(sources)
    limits = {"idle_limit": timedelta(hours=1), "longest_session": timedelta(hours=12)}
    reevaluator = Reevaluator(database, media, ends, utc_now, monotonic_seconds, **limits)
    city = await build_city(owner, datetime.now(UTC) - timedelta(minutes=1), points=points)
    async with owner.transaction() as tx:
        await tx.connection.execute(
            text("update devices set address = '127.0.0.1:5060', media_transport = 'udp'")
        )
    await reevaluator.begin()
    await media.start()
    tasks = [asyncio.create_task(part.run()) for part in (reevaluator, ends, sources)]
    try:
        yield Gate(database, owner, media, city)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await media.stop()
        await database.close()
        await owner.close()
