"""Authorise-and-open: what the control process does from a request for a picture until the viewer may have it.

Two transactions, one after the other, each in common with those that come at the same time: decision, register row,
audit event, durable COMMIT, a ticket; then the ticket redeemed: decision made again, session live, audit event, durable
COMMIT. HTTP and media
are not in the figure.

An open loop: another process says when each request is due, evenly 200 times a second, and latency counts from then,
so a stall is not hidden by the requests that wait behind it. The embedded PostgreSQL is durable (fsync on), has the
migrations' tables and the application's role, and holds 2,000 points and 4,000 grants.

The machine's own part stands beside the figure: how late the arrivals' process woke up meanwhile, and what a write of
8 kB with fdatasync took in the same folder just before and just after.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from _access_city import AccessCity, build_city, request_for
from _arrivals import DUE
from _measure import Meter, figure, percentile
from pinegate.adapters.access.openings import Openings, Redemptions
from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.entrypoints.process import shorten_collector_pauses
from pinegate.usecases.access.open_stream import OpenedStream
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.access.redeem_ticket import Redeemed
from pinegate.usecases.streams.media_engine import NullMediaEngine, PlayProtocol

PER_SECOND = 200
WARM_UP_SECONDS = 3


def new_id() -> str:
    return str(uuid4())


class Decisions:
    """The two ways to the register, without what is around them."""

    def __init__(self, database: Database, city: AccessCity) -> None:
        self._city = city
        self._openings = Openings(database, NullMediaEngine(), utc_now, new_id)
        self._redemptions = Redemptions(database, utc_now, new_id)

    async def open_one(self, number: int, due: float) -> tuple[float, float]:
        """Seconds from ``due`` until the ticket is told, and until it is redeemed."""
        answer = await self._openings.open(StreamRequest(request_for(self._city, number), "flv"))
        assert isinstance(answer, OpenedStream), answer
        told = time.monotonic() - due
        redeemed = await self._redemptions.redeem(answer.ticket, PlayProtocol.FLV, "127.0.0.1")
        assert isinstance(redeemed, Redeemed), redeemed
        return told, time.monotonic() - due


async def measure(decisions: Decisions, seconds: int) -> tuple[list[tuple[float, float]], dict[str, float]]:
    """The latencies, and how late the arrivals' process itself was."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    ours.setblocking(False)
    script = Path(__file__).with_name("_arrivals.py")
    words = [str(script), str(theirs.fileno()), str(PER_SECOND), str(seconds)]
    arrivals = await asyncio.create_subprocess_exec(
        sys.executable, *words, pass_fds=[theirs.fileno()], stdout=asyncio.subprocess.PIPE
    )
    theirs.close()
    loop = asyncio.get_running_loop()
    running: list[asyncio.Task[tuple[float, float]]] = []
    with ours:
        for number in range(seconds * PER_SECOND):
            (due,) = DUE.unpack(await loop.sock_recv(ours, DUE.size))
            running.append(asyncio.create_task(decisions.open_one(number, due)))
    taken = await asyncio.gather(*running)
    return taken, json.loads((await arrivals.communicate())[0])


def disk_milliseconds(folder: Path, writes: int = 300) -> list[float]:
    """What it takes to make 8 kB durable, as each COMMIT does, written over in place."""
    taken = list[float]()
    with tempfile.TemporaryFile(dir=folder) as file:
        os.pwrite(file.fileno(), bytes(writes * 8192), 0)
        os.fsync(file.fileno())
        for number in range(writes):
            begun = time.monotonic()
            os.pwrite(file.fileno(), secrets.token_bytes(8192), number * 8192)
            os.fdatasync(file.fileno())
            taken.append((time.monotonic() - begun) * 1000)
            time.sleep(0.002)
    return taken


async def run(server: EmbeddedPostgres, folder: Path, seconds: int) -> None:
    urls = server.urls().owner, server.urls().app
    await asyncio.to_thread(migrate, urls[0], APP_ROLE)
    owner, database = Database(urls[0]), Database(urls[1], pool_size=20)
    try:
        city = await build_city(owner, datetime.now(UTC) - timedelta(minutes=1))
        decisions = Decisions(database, city)
        await measure(decisions, WARM_UP_SECONDS)
        shorten_collector_pauses()  # as `pinegate serve` does once it has started
        disk = disk_milliseconds(folder)
        cpu = Meter(os.getpid())
        taken, wake = await measure(decisions, seconds)
        cores = cpu.cores()
        disk += disk_milliseconds(folder)
    finally:
        await owner.close()
        await database.close()
    opened = [milliseconds * 1000 for _, milliseconds in taken]
    figure(
        "authorise_and_open",
        p99_ms=round(percentile(opened, 0.99), 2),
        p50_ms=round(percentile(opened, 0.50), 2),
        highest_ms=round(max(opened), 2),
        ticket_p99_ms=round(percentile([told * 1000 for told, _ in taken], 0.99), 2),
        requests=len(taken),
        per_second=PER_SECOND,
        control_process_cores=round(cores, 2),
        machine_wake_p99_ms=wake["wake_p99_ms"],
        machine_wake_highest_ms=wake["wake_highest_ms"],
        machine_fdatasync_p50_ms=round(percentile(disk, 0.50), 2),
        machine_fdatasync_p99_ms=round(percentile(disk, 0.99), 2),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 seconds instead of 60")
    seconds = 10 if parser.parse_args().quick else 60
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder) as server:
            asyncio.run(run(server, folder, seconds))


if __name__ == "__main__":
    main()
