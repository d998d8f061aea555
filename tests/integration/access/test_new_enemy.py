"""The new enemy: a revocation and a viewer's coming, interleaved many ways; none survives a committed revocation."""

import asyncio
import random

from sqlalchemy import text
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import open_sessions
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.connection import Transaction
from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.open_stream import OpenedStream
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol
from pinegate.usecases.transaction import ChangeScope

ROUNDS = 60
VIEWERS = 4


async def test_no_session_outlives_a_revocation_that_committed(
    client_as: ClientAs, watching: Watching, live: Live, services: Services
) -> None:
    await live.reevaluator.begin()
    chance = random.Random(20261122)
    allowed = denied = 0
    for round_number in range(ROUNDS):
        await set_grants(live, "active")
        tickets = [await ask(watching, services) for _ in range(VIEWERS)]
        answers, _ = await asyncio.gather(
            asyncio.gather(*(come(live, ticket, chance.random() / 200) for ticket in tickets)),
            revoke(live, chance.random() / 200),
        )
        came = {answer.session_id for answer in answers if isinstance(answer, Admitted)}
        allowed, denied = allowed + len(came), denied + VIEWERS - len(came)

        await live.reevaluator.reevaluate_now()

        assert await open_sessions(live) == set(), f"round {round_number}"
        assert came <= set(live.media.cut), f"round {round_number}"
    assert allowed > 0 and denied > 0, "the rounds were no interleavings"


async def set_grants(live: Live, state: str) -> None:
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("update grants set state = :state"), {"state": state})


async def ask(watching: Watching, services: Services) -> str:
    request = AccessRequest(
        AccessChannel.PORTAL,
        watching.viewer.id,
        watching.city.system,
        watching.points[0],
        Operation.LIVE,
        "巡查",
        "127.0.0.1",
    )
    opened = await services.openings.open(StreamRequest(request, "flv"))
    assert isinstance(opened, OpenedStream)
    return opened.ticket


async def come(live: Live, ticket: str, after: float) -> object:
    await asyncio.sleep(after)
    return await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, "127.0.0.1")


async def revoke(live: Live, after: float) -> None:
    await asyncio.sleep(after)
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("update grants set state = 'revoked'"))
        await tx.changes.publish(ChangeScope.APPLICATION, *(await _applications(tx)))


async def _applications(tx: Transaction) -> list[str]:
    return list((await tx.connection.execute(text("select id from applications"))).scalars())
