"""Revocation: from the COMMIT of the bureau's order to the end of the last viewer's connection, of 1,000 and of one.

Everything is real but the camera, whose RTP this script sends itself: embedded PostgreSQL, the order, the outbox and
its NOTIFY, the reevaluator, a media worker, and viewers of all four outputs in a process of their own, each a person of
his own. A viewer counts as cut when its connection is gone; `last_1000_ms` and `one_ms` are medians of the rounds.
`deadlocks`: what PostgreSQL counted over all rounds.
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from uuid import uuid4

from sqlalchemy import text

from _access_city import request_for
from _gate import Gate, gate
from _measure import figure, percentile
from _media_city import LoadProcess
from pinegate.adapters.access.openings import Openings
from pinegate.adapters.clock import utc_now
from pinegate.adapters.postgres_server.embedded_postgres import DatabaseUrls, EmbeddedPostgres
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.process import raise_descriptor_limit
from pinegate.usecases.access.open_stream import OpenedStream
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.act import Act
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation
from pinegate.usecases.streams.media_engine import PlayProtocol

SESSIONS = 1000
CAMERAS = 2


async def add_viewers(running: Gate) -> list[str]:
    """As many persons as sessions, all on the roster and bound by the agreement."""
    first = running.city.city.persons[Role.UNIT_VIEWER].id
    async with running.owner.transaction() as tx:
        for statement in (
            "insert into persons (id, organization_id, name, staff_number, roles, state)"
            " select 'viewer ' || n, organization_id, name, 'V' || n, roles, state"
            " from persons, generate_series(1, :count) n where id = :first",
            "insert into roster_entries (system_id, person_id) select system_id, 'viewer ' || n"
            " from roster_entries, generate_series(1, :count) n where person_id = :first",
            "insert into acknowledgements (agreement_id, person_id, text_version, signature_name, acknowledged_at)"
            " select agreement_id, 'viewer ' || n, text_version, signature_name, acknowledged_at"
            " from acknowledgements, generate_series(1, :count) n where person_id = :first",
        ):
            await tx.connection.execute(text(statement), {"first": first, "count": SESSIONS})
        await tx.connection.execute(text("analyze"))
    return [f"viewer {number + 1}" for number in range(SESSIONS)]


async def open_sessions(running: Gate, persons: list[str]) -> list[str]:
    """Play addresses, the four outputs in turn."""
    openings = Openings(running.database, running.media, utc_now, lambda: str(uuid4()))
    urls: list[str] = []
    for number, person in enumerate(persons):
        protocol = list(PlayProtocol)[number % 4]
        request = replace(request_for(running.city, number // 4 % CAMERAS), person_id=person)
        opened = await openings.open(StreamRequest(request, protocol.value))
        assert isinstance(opened, OpenedStream), opened
        address = running.media.play_address(opened.ticket, protocol)
        urls.append("ws" + address.removeprefix("http") if protocol.is_websocket else address)
    return urls


async def one_round(running: Gate, viewers: LoadProcess, persons: list[str]) -> list[float]:
    """Milliseconds from COMMIT to the end of each connection."""
    playing = await viewers.ask({"urls": await open_sessions(running, persons)})
    assert playing == {"playing": len(persons)}, "not all sessions began to play"
    approver = running.city.city.persons[Role.BUREAU_APPROVER].actor
    order = RevocationOrder(RevocationScope.APPLICATION, running.city.applications[0], "benchmark", False)
    async with running.database.transaction() as tx:
        await order_revocation(tx, order, Act(approver, utc_now(), lambda: str(uuid4())))
        commit = time.monotonic()
    cut = (await viewers.answer())["cut"]
    assert len(cut) == len(persons), f"{len(persons) - len(cut)} sessions were not cut"
    await until_written(running)
    await restore(running)
    return [1000 * (moment - commit) for moment in cut]


async def until_written(running: Gate) -> None:
    """Every end is in the register: the next round's openings have the database to themselves."""
    while True:
        async with running.database.transaction() as tx:
            if not await tx.access.open_sessions():
                return
        await asyncio.sleep(0.05)


async def deadlocks(running: Gate) -> int:
    async with running.owner.transaction() as tx:
        found = await tx.connection.execute(text("select sum(deadlocks) from pg_stat_database"))
        return int(found.scalar_one())


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
    all_at_once: list[list[float]] = []
    one: list[float] = []
    try:
        async with gate(urls.owner, urls.app) as running:
            persons = await add_viewers(running)
            for number in range(rounds):
                all_at_once.append(await one_round(running, viewers, persons))
                one += await one_round(running, viewers, persons[:1])
                last = max(all_at_once[-1])
                print(f"round {number + 1}: {last:.0f} ms, alone {one[-1]:.2f} ms", file=sys.stderr)
            dead = await deadlocks(running)
    finally:
        await viewers.stop()
    each = [milliseconds for cut in all_at_once for milliseconds in cut]
    figure(
        "revocation_to_last_byte",
        last_1000_ms=round(median(map(max, all_at_once)), 1),
        one_ms=round(median(one), 2),
        p50_ms=round(percentile(each, 0.50), 1),
        highest_ms=round(max(each), 1),
        deadlocks=dead,
        sessions=SESSIONS,
        rounds=rounds,
        outputs=len(PlayProtocol),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 10")
    parser.add_argument("--rounds", type=int, help="so many rounds")
    asked = parser.parse_args()
    rounds = asked.rounds or (3 if asked.quick else 10)
    raise_descriptor_limit()
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as server, contextlib.suppress(KeyboardInterrupt):
            asyncio.run(run(server.urls(), rounds))


if __name__ == "__main__":
    main()
