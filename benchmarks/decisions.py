"""Authorise-and-open: decision, register row, audit event and durable COMMIT, at 200 requests a second.

An open loop: each request has its own due time, and its latency counts from then, so a stall is not hidden by the
requests that wait behind it. The embedded PostgreSQL is durable (fsync on) and holds 2,000 points and
4,000 grants.
"""

import argparse
import asyncio
import secrets
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from _access_city import AccessCity, build_city, request_for
from _measure import figure, percentile
from pinegate.adapters.database.connection import Database
from pinegate.adapters.embedded_postgres import EmbeddedPostgres
from pinegate.usecases.access.open_stream import OpenedStream, StreamRequest, open_stream

PER_SECOND = 200
WARM_UP_SECONDS = 2


async def open_one(database: Database, city: AccessCity, number: int, due: float) -> float:
    asked = StreamRequest(request_for(city, number), "flv")
    async with database.transaction() as tx:
        answer = await open_stream(
            tx,
            asked,
            ticket=secrets.token_urlsafe(32),
            now=datetime.now(UTC),
            new_id=lambda: str(uuid4()),
        )
    assert isinstance(answer, OpenedStream), answer
    return time.perf_counter() - due


async def measure(database: Database, city: AccessCity, seconds: int) -> list[float]:
    start = time.perf_counter() + 0.1
    running: list[asyncio.Task[float]] = []
    for number in range(seconds * PER_SECOND):
        due = start + number / PER_SECOND
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        running.append(asyncio.create_task(open_one(database, city, number, due)))
    return await asyncio.gather(*running)


async def run(url: str, seconds: int) -> None:
    database = Database(url, pool_size=20)
    try:
        city = await build_city(database, datetime.now(UTC) - timedelta(minutes=1))
        await measure(database, city, WARM_UP_SECONDS)
        taken = [value * 1000 for value in await measure(database, city, seconds)]
    finally:
        await database.close()
    figure(
        "authorise_and_open",
        p99_ms=round(percentile(taken, 0.99), 2),
        p50_ms=round(percentile(taken, 0.50), 2),
        highest_ms=round(max(taken), 2),
        requests=len(taken),
        per_second=PER_SECOND,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 seconds instead of 60")
    seconds = 10 if parser.parse_args().quick else 60
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as server:
            url = server.urls().owner.replace("postgresql://", "postgresql+psycopg://")
            asyncio.run(run(url, seconds))


if __name__ == "__main__":
    main()
