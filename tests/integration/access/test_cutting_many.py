"""Many sessions cut at once: nothing that is written about them holds up the next cut, nor does one writer another."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import insert, text
from tests.factories.organizations import fresh_id
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason, serving, watch
from tests.integration.access.test_reevaluation import revoke
from tests.integration.conftest import ClientAs, Clock
from tests.waiting import until

from pinegate.adapters.database.tables import access_register
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End
from pinegate.usecases.streams.media_engine import SessionEnded

SESSIONS = 300
ROUNDS = 15


async def add_running(live: Live, watching: Watching, clock: Clock) -> list[str]:
    row = {
        "channel": "portal",
        "outcome": "allowed",
        "operation": "live",
        "person_id": watching.viewer.id,
        "system_id": watching.city.system,
        "point_id": watching.points[0],
        "reason": "巡查",
        "requested_at": clock(),
        "started_at": clock(),
    }
    ids = sorted(fresh_id() for _ in range(SESSIONS))
    async with live.database.transaction() as tx:
        await tx.connection.execute(insert(access_register), [{"id": one, **row} for one in ids])
    return ids


async def test_counting_bytes_and_writing_ends_of_the_same_sessions_never_lock_each_other_out(
    live: Live, watching: Watching, clock: Clock
) -> None:
    async def count(ids: list[str]) -> None:
        async with live.database.transaction() as tx:
            await tx.access.count_bytes(dict.fromkeys(ids, 4711))

    async def end(ids: list[str]) -> None:
        async with live.database.transaction() as tx:
            ended = [SessionEnded(one, End(DenialReason.GRANT_REVOKED)) for one in ids]
            await tx.access.end(ended, clock())

    for _ in range(ROUNDS):
        ids = await add_running(live, watching, clock)
        await asyncio.gather(end(ids), count(ids[::-1]), end(ids[::-1]), count(ids))


@asynccontextmanager
async def held(live: Live, session_id: str) -> AsyncGenerator[None, None]:
    """Somebody holds the session's line, as long as the body runs."""
    async with live.database.transaction() as tx:
        await tx.connection.execute(
            text("select from access_register where id = :id for update"), {"id": session_id}
        )
        yield


async def test_the_next_revocation_does_not_wait_until_the_ends_of_the_last_are_written(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        first = await watch(client_as, watching, live)
        second = await watch(client_as, watching, live, point_id=watching.points[1])
        async with held(live, first):
            await revoke(live, watching.filed.grants[0])
            await until(lambda: first in live.media.cut)
            await revoke(live, watching.filed.grants[1])
            await until(lambda: second in live.media.cut)
            assert await end_reason(live, first) is None

        async def both_written() -> bool:
            return [await end_reason(live, one) for one in (first, second)] == ["grant_revoked"] * 2

        await until(both_written)


async def test_what_is_told_first_is_the_end_and_the_bytes_are_the_most_that_anybody_told(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    session = await watch(client_as, watching, live)
    live.ends.sent({session: 200})
    live.ends.ended(SessionEnded(session, End(DenialReason.GRANT_REVOKED)))
    live.ends.ended(SessionEnded(session, End(DenialReason.POINT_SECRET), 100))
    await live.ends.flush()
    assert await end_reason(live, session) == "grant_revoked"
    async with live.database.transaction() as tx:
        query = text("select bytes_sent from access_register where id = :id")
        assert (await tx.connection.execute(query, {"id": session})).scalar_one() == 200
