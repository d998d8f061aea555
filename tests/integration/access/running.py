"""Live sessions for tests: opened, redeemed, and waited for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import select
from tests.integration.access.conftest import Live, Watching
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.tables import access_register
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol

HOST = "127.0.0.1"


@asynccontextmanager
async def serving(live: Live) -> AsyncGenerator[None, None]:
    """The reevaluator, the sources and the writer of ends at work."""
    tasks = [asyncio.create_task(part.run()) for part in (live.reevaluator, live.sources, live.ends)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def watch(client_as: ClientAs, watching: Watching, live: Live, **changes: str) -> str:
    """A live session's id."""
    client = await client_as(watching.viewer)
    response = await client.post("/api/play", json=watching.form(**changes))
    answer = response.json()
    ticket = answer["url"].rsplit("/", 1)[1].split(".")[0]
    admitted = await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, HOST)
    assert isinstance(admitted, Admitted), admitted
    return admitted.session_id


async def open_sessions(live: Live) -> set[str]:
    """Allowed, started, and not ended by the register's word."""
    query = select(access_register.c.id).where(
        access_register.c.started_at.is_not(None), access_register.c.ended_at.is_(None)
    )
    async with live.database.transaction() as tx:
        return set((await tx.connection.execute(query)).scalars())


async def end_reason(live: Live, session_id: str) -> str | None:
    query = select(access_register.c.end_reason).where(access_register.c.id == session_id)
    async with live.database.transaction() as tx:
        return (await tx.connection.execute(query)).scalar_one()
