"""A ticket opens one session, once, for the one who asked."""

import asyncio

import pytest
from sqlalchemy import select, text
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.tables import access_register, audit_events
from pinegate.domain.access.tracks import PICTURE
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused

HOST = "127.0.0.1"
FLV = PlayProtocol.FLV


async def ask(client_as: ClientAs, watching: Watching, **changes: str) -> tuple[str, str]:
    """A session's id and its ticket."""
    client = await client_as(watching.viewer)
    answer = (await client.post("/api/play", json=watching.form(**changes))).json()
    return answer["session_id"], answer["url"].rsplit("/", 1)[1].split(".")[0]


async def test_a_good_ticket_makes_the_session_live_and_is_audited(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    session_id, ticket = await ask(client_as, watching)
    admitted = await live.media_events.redeem_ticket(ticket, FLV, HOST)
    assert admitted == Admitted(session_id, watching.points[0], 30.0, PICTURE)
    async with live.database.transaction() as tx:
        row = (await tx.connection.execute(select(access_register))).one()
        names = (
            await tx.connection.execute(select(audit_events.c.name).order_by(audit_events.c.sequence))
        ).scalars()
        assert list(names) == ["access.allowed", "access.started"]
    assert row.started_at is not None and row.ended_at is None


async def test_a_ticket_is_not_taken_twice(client_as: ClientAs, watching: Watching, live: Live) -> None:
    _, ticket = await ask(client_as, watching)
    answers = await asyncio.gather(*(live.media_events.redeem_ticket(ticket, FLV, HOST) for _ in range(8)))
    assert sum(isinstance(answer, Admitted) for answer in answers) == 1
    assert {answer.code for answer in answers if isinstance(answer, Refused)} == {"ticket_used"}


@pytest.mark.parametrize(
    ("protocol", "host", "seconds", "code"),
    [
        (PlayProtocol.MP4, HOST, 0, "ticket_other_protocol"),
        (FLV, "192.0.2.66", 0, "ticket_other_host"),
        (FLV, HOST, 30, "ticket_expired"),
    ],
)
async def test_a_misused_ticket_is_refused_and_burnt(
    client_as: ClientAs,
    watching: Watching,
    live: Live,
    clock: Clock,
    protocol: PlayProtocol,
    host: str,
    seconds: int,
    code: str,
) -> None:
    session_id, ticket = await ask(client_as, watching)
    clock.advance(seconds=seconds)
    refused = await live.media_events.redeem_ticket(ticket, protocol, host)
    assert isinstance(refused, Refused) and refused.code == code
    assert await end_reason(live, session_id) == code
    again = await live.media_events.redeem_ticket(ticket, FLV, HOST)
    assert isinstance(again, Refused) and again.code == "ticket_used"


@pytest.mark.parametrize("ticket", ["", "x" * 64, "x" * 10_000, "票" * 64, "../../etc/passwd"])
async def test_a_ticket_that_was_never_issued_opens_nothing(
    live: Live, watching: Watching, ticket: str
) -> None:
    refused = await live.media_events.redeem_ticket(ticket, FLV, HOST)
    assert isinstance(refused, Refused) and refused.code == "ticket_unknown"


async def test_a_grant_revoked_between_asking_and_coming_is_refused(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    session_id, ticket = await ask(client_as, watching)
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("update grants set state = 'revoked'"))
    refused = await live.media_events.redeem_ticket(ticket, FLV, HOST)
    assert isinstance(refused, Refused) and refused.code == "grant_revoked"
    assert await end_reason(live, session_id) == "grant_revoked"


async def test_a_ticket_dies_with_the_portal_session_that_asked(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    client = await client_as(watching.viewer)
    answer = (await client.post("/api/play", json=watching.form())).json()
    await client.delete("/api/session")
    ticket = answer["url"].rsplit("/", 1)[1].split(".")[0]
    assert isinstance(await live.media_events.redeem_ticket(ticket, FLV, HOST), Refused)
    assert await end_reason(live, answer["session_id"]) == "signed_out"


async def test_only_the_person_who_asked_sees_or_stops_the_play(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    session_id, ticket = await ask(client_as, watching)
    await live.media_events.redeem_ticket(ticket, FLV, HOST)
    for stranger in [*watching.city.persons.values(), *watching.city.outsiders.values()]:
        if stranger is watching.viewer:
            continue
        client = await client_as(stranger)
        assert (await client.get(f"/api/play/{session_id}")).status_code == 404
        assert (await client.delete(f"/api/play/{session_id}")).status_code == 404
    own = await client_as(watching.viewer)
    assert (await own.get(f"/api/play/{session_id}")).json()["state"] == "live"
    assert (await own.delete(f"/api/play/{session_id}")).status_code == 204
    assert live.media.cut == {session_id: "viewer_left"}
    state = (await own.get(f"/api/play/{session_id}")).json()
    assert state == {"state": "ended", "end_reason": "viewer_left", "end_code": None}
