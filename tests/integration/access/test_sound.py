"""Sound is granted by name: who was granted pictures alone gets pictures alone, from the asking to the last byte."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select, text
from tests.factories.applications import add_application
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason, serving
from tests.integration.conftest import ClientAs, Clock
from tests.waiting import until

from pinegate.adapters.database.tables import audit_events
from pinegate.domain.access.tracks import PICTURE, PICTURE_AND_SOUND, Track
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused
from pinegate.usecases.transaction import ChangeScope

HOST = "127.0.0.1"
BOTH = (Operation.LIVE, Operation.AUDIO)


async def grant(live: Live, watching: Watching, clock: Clock, operations: Sequence[Operation]) -> str:
    """Another application of the same system for its first point; its grant."""
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("delete from roster_entries"))
        filed = await add_application(
            tx, watching.city, ApplicationState.ACTIVE, watching.points[:1], clock(), operations=operations
        )
    return filed.grants[0]


async def revoke(live: Live, grant_id: str) -> None:
    async with live.database.transaction() as tx:
        statement = text("update grants set state = 'revoked' where id = :id")
        await tx.connection.execute(statement, {"id": grant_id})
        await tx.changes.publish(ChangeScope.GRANT, grant_id)


async def ask(client_as: ClientAs, watching: Watching) -> Any:
    client = await client_as(watching.viewer)
    response = await client.post("/api/play", json=watching.form())
    assert response.status_code == 200, response.text
    return response.json()


async def come(live: Live, answer: Any) -> Admitted | Refused:
    ticket = answer["url"].rsplit("/", 1)[1].split(".")[0]
    return await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, HOST)


async def listen(client_as: ClientAs, watching: Watching, live: Live, carried: frozenset[Track]) -> str:
    """A live session that carries exactly this."""
    answer = await ask(client_as, watching)
    admitted = await come(live, answer)
    assert isinstance(admitted, Admitted)
    assert admitted.tracks == frozenset(answer["tracks"]) == carried
    return admitted.session_id


@pytest.mark.parametrize(("operations", "carried"), [((Operation.LIVE,), PICTURE), (BOTH, PICTURE_AND_SOUND)])
async def test_what_is_carried_is_what_was_granted_and_it_is_written_down(
    client_as: ClientAs,
    watching: Watching,
    live: Live,
    clock: Clock,
    operations: Sequence[Operation],
    carried: frozenset[Track],
) -> None:
    await grant(live, watching, clock, operations)
    session = await listen(client_as, watching, live, carried)
    bureau = await client_as(Role.BUREAU_APPROVER)
    (entry,) = (await bureau.get("/api/access-register")).json()["items"]
    assert frozenset(entry["tracks"]) == carried
    async with live.database.transaction() as tx:
        query = select(audit_events.c.details).where(
            audit_events.c.name == "access.allowed", audit_events.c.subject_id == session
        )
        assert frozenset((await tx.connection.execute(query)).scalar_one()["tracks"]) == carried


async def test_when_sound_is_withdrawn_who_hears_is_cut_and_who_only_sees_is_not(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        sees = await listen(client_as, watching, live, PICTURE)
        sound = await grant(live, watching, clock, [Operation.AUDIO])
        hears = await listen(client_as, watching, live, PICTURE_AND_SOUND)
        live.media.renewed.clear()
        await revoke(live, sound)
        await until(lambda: live.media.cut.get(hears) == "sound_withdrawn")
        await until(lambda: any(sees in ids for ids, _ in live.media.renewed))
        assert sees not in live.media.cut

        async def written() -> bool:
            return await end_reason(live, hears) == "sound_withdrawn"

        await until(written)
        await listen(client_as, watching, live, PICTURE)


async def test_sound_that_another_grant_still_gives_goes_on(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        first = await grant(live, watching, clock, BOTH)
        second = await grant(live, watching, clock, BOTH)
        hears = await listen(client_as, watching, live, PICTURE_AND_SOUND)
        live.media.renewed.clear()
        await revoke(live, first)
        await until(lambda: any(hears in ids for ids, _ in live.media.renewed))
        assert hears not in live.media.cut
        await revoke(live, second)
        await until(lambda: live.media.cut.get(hears) == "sound_withdrawn")


async def test_sound_granted_meanwhile_is_had_by_asking_anew(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    answer = await ask(client_as, watching)
    await grant(live, watching, clock, [Operation.AUDIO])
    admitted = await come(live, answer)
    assert isinstance(admitted, Admitted) and admitted.tracks == PICTURE
    await listen(client_as, watching, live, PICTURE_AND_SOUND)


async def test_a_ticket_with_sound_opens_nothing_once_the_sound_is_withdrawn(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    sound = await grant(live, watching, clock, [Operation.AUDIO])
    answer = await ask(client_as, watching)
    await revoke(live, sound)
    refused = await come(live, answer)
    assert isinstance(refused, Refused) and refused.code == "sound_withdrawn"
    assert await end_reason(live, answer["session_id"]) == "sound_withdrawn"
    again = await come(live, answer)
    assert isinstance(again, Refused) and again.code == "ticket_used"
