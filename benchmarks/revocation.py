"""Revocation: from the COMMIT of the bureau's order to the last byte that any of 200 viewers gets.

Everything is real but the camera, whose RTP this script sends itself: embedded PostgreSQL, the order, the outbox and
its NOTIFY, the reevaluator, a media worker, and viewers of all four outputs in a process of their own. A viewer counts
as cut when its connection is gone.
"""

import argparse
import asyncio
import contextlib
import socket
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from _access_city import AccessCity, build_city, request_for
from _measure import figure, percentile
from _media_city import LoadProcess, PacedCamera
from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.clock import monotonic_seconds, utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.access.open_stream import OpenedStream, StreamRequest, open_stream
from pinegate.usecases.act import Act
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation
from pinegate.usecases.streams.media_engine import PlayProtocol
from pinegate.usecases.streams.signalling import Answered, Invitation, NullSignalling

SESSIONS = 200
CAMERAS = 2


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
    """Control with one media worker."""

    database: Database
    media: MediaSupervisor
    city: AccessCity


@asynccontextmanager
async def gate(url: str) -> AsyncGenerator[Gate, None]:
    database = Database(url, pool_size=20)
    ends = SessionEndWriter(database, SessionEndListeners(), utc_now, lambda: str(uuid4()))
    media_events = MediaEventHandler(database, ends, utc_now, monotonic_seconds, lambda: str(uuid4()))
    media = MediaSupervisor(MediaSettings(rtp_ports=(36000, 36999)), media_events)
    sources = SourceRunner(media, PacedSignalling(), database, monotonic_seconds, sip_domain="3410000000")
    media_events.serve(sources)
    limits = {"idle_limit": timedelta(hours=1), "longest_session": timedelta(hours=12)}
    reevaluator = Reevaluator(database, media, ends, utc_now, monotonic_seconds, **limits)
    city = await build_city(database, datetime.now(UTC) - timedelta(minutes=1), points=500)
    async with database.transaction() as tx:
        await tx.connection.execute(
            text("update devices set address = '127.0.0.1:5060', media_transport = 'udp'")
        )
    await reevaluator.begin()
    await media.start()
    tasks = [asyncio.create_task(part.run()) for part in (reevaluator, ends, sources)]
    try:
        yield Gate(database, media, city)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await media.stop()
        await database.close()


async def open_sessions(running: Gate) -> list[str]:
    """Play addresses, the four outputs in turn."""
    urls: list[str] = []
    for number in range(SESSIONS):
        protocol = list(PlayProtocol)[number % 4]
        request = request_for(running.city, number // 4 % CAMERAS)
        async with running.database.transaction() as tx:
            opened = await open_stream(
                tx,
                StreamRequest(request, protocol.value),
                (uuid4().hex + uuid4().hex)[:43],
                Act(None, utc_now(), lambda: str(uuid4()), request.client_host),
            )
        assert isinstance(opened, OpenedStream), opened
        address = running.media.play_address(request.point_id, opened.ticket, protocol)
        urls.append("ws" + address.removeprefix("http") if protocol.is_websocket else address)
    return urls


async def one_round(running: Gate, viewers: LoadProcess) -> list[float]:
    """Seconds from COMMIT to the end of each connection."""
    playing = await viewers.ask({"urls": await open_sessions(running)})
    assert playing == {"playing": SESSIONS}, playing
    approver = running.city.city.persons[Role.BUREAU_APPROVER].actor
    order = RevocationOrder(RevocationScope.APPLICATION, running.city.applications[0], "benchmark", False)
    async with running.database.transaction() as tx:
        await order_revocation(tx, order, Act(approver, utc_now(), lambda: str(uuid4())))
        commit = time.monotonic()
    cut = (await viewers.answer())["cut"]
    assert len(cut) == SESSIONS, f"{SESSIONS - len(cut)} sessions were not cut"
    await restore(running)
    return [moment - commit for moment in cut]


async def restore(running: Gate) -> None:
    """Give back what the order took, for the next round."""
    async with running.database.transaction() as tx:
        for statement in (
            "update grants set state = 'active'",
            "update applications set state = 'active'",
            "update agreements set state = 'effective'",
            "update roster_entries set removed = false",
            "delete from revocation_receipts",
        ):
            await tx.connection.execute(text(statement))


async def run(url: str, rounds: int) -> None:
    viewers = await LoadProcess.start("_cut_viewers.py")
    taken: list[float] = []
    try:
        async with gate(url) as running:
            for number in range(rounds):
                taken += [seconds * 1000 for seconds in await one_round(running, viewers)]
                print(f"round {number + 1}: slowest {max(taken[-SESSIONS:]):.0f} ms", file=sys.stderr)
    finally:
        await viewers.stop()
    figure(
        "revocation_to_last_byte",
        p99_ms=round(percentile(taken, 0.99), 1),
        p50_ms=round(percentile(taken, 0.50), 1),
        highest_ms=round(max(taken), 1),
        sessions=SESSIONS,
        rounds=rounds,
        outputs=len(PlayProtocol),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2 rounds instead of 10")
    rounds = 2 if parser.parse_args().quick else 10
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as server, contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(server.urls().owner.replace("postgresql://", "postgresql+psycopg://"), rounds))


if __name__ == "__main__":
    main()
