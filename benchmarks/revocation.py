"""Revocation: from the COMMIT of the bureau's order to the last byte that any of 200 viewers gets.

Everything is real but the camera, whose RTP this script sends itself: embedded PostgreSQL, the order, the outbox and
its NOTIFY, the reevaluator, a media worker, and viewers of all four outputs in a process of their own. A viewer counts
as cut when its connection is gone.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from _access_city import request_for
from _gate import Gate, driver_url, gate
from _measure import figure, percentile
from _media_city import LoadProcess
from pinegate.adapters.clock import utc_now
from pinegate.adapters.postgres_server.embedded_postgres import DatabaseUrls, EmbeddedPostgres
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.access.open_stream import OpenedStream, StreamRequest, open_stream
from pinegate.usecases.act import Act
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation
from pinegate.usecases.streams.media_engine import PlayProtocol

SESSIONS = 200
CAMERAS = 2


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
    async with running.owner.transaction() as tx:
        for statement in (
            "update grants set state = 'active'",
            "update applications set state = 'active'",
            "update agreements set state = 'effective'",
            "update roster_entries set removed = false",
            "delete from revocation_receipts",
        ):
            await tx.connection.execute(text(statement))


async def run(urls: DatabaseUrls, rounds: int) -> None:
    viewers = await LoadProcess.start("_cut_viewers.py")
    taken: list[float] = []
    try:
        async with gate(driver_url(urls.owner), driver_url(urls.app)) as running:
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
            asyncio.run(run(server.urls(), rounds))


if __name__ == "__main__":
    main()
