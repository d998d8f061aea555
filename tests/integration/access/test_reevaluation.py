"""Running sessions are re-evaluated on every change and as time passes; what falls is cut, and says why."""

import asyncio

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import select, text, update
from tests.factories.applications import add_application
from tests.integration.access.conftest import Live, Watching, build_live
from tests.integration.access.running import end_reason, open_sessions, serving, watch
from tests.integration.conftest import ClientAs, Clock, as_administrator
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database.connection import Transaction
from pinegate.adapters.database.tables import access_register, audit_events, portal_sessions
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.ports import ClosedEntry
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused, SessionEnded
from pinegate.usecases.transaction import ChangeScope

CHANGES = {
    "grant_revoked": (ChangeScope.GRANT, "update grants set state = 'revoked' where point_id = :point"),
    "application_not_active": (
        ChangeScope.APPLICATION,
        "update applications set state = 'suspended' where id = :application",
    ),
    "point_not_listed": (
        ChangeScope.POINT,
        "update camera_points set listing_state = 'delisted' where id = :point",
    ),
    "sharing_mark_withdrawn": (
        ChangeScope.POINT,
        "update camera_points set sharing_mark = false where id = :point",
    ),
    "system_not_active": (
        ChangeScope.SYSTEM,
        "update information_systems set standing = 'suspended' where id = :system",
    ),
    "not_on_roster": (
        ChangeScope.PERSON,
        "update roster_entries set removed = true where person_id = :person",
    ),
    "person_not_active": (
        ChangeScope.PERSON,
        "update persons set state = 'account_locked' where id = :person",
    ),
    "organization_not_active": (
        ChangeScope.ORGANIZATION,
        "update organizations set standing = 'suspended' where id = :organization",
    ),
}


async def change(live: Live, watching: Watching, reason: str) -> None:
    scope, sql = CHANGES[reason]
    values = {
        "point": watching.points[0],
        "application": watching.filed.id,
        "system": watching.city.system,
        "person": watching.viewer.id,
        "organization": watching.city.unit,
    }
    targets = {ChangeScope.GRANT: watching.filed.grants[0]} | {
        ChangeScope(name): value for name, value in values.items()
    }
    async with live.database.transaction() as tx:
        statement = text(sql)
        wanted = statement.compile().params
        await tx.connection.execute(statement, {key: values[key] for key in wanted})
        await tx.changes.publish(scope, targets[scope])


@pytest.mark.parametrize("reason", CHANGES)
async def test_a_change_cuts_exactly_the_sessions_that_stood_on_it(
    client_as: ClientAs, watching: Watching, live: Live, reason: str
) -> None:
    async with serving(live):
        falls = await watch(client_as, watching, live)
        other = await watch(client_as, watching, live, point_id=watching.points[1])
        await change(live, watching, reason)
        await until(lambda: live.media.cut.get(falls) == reason)
        await until(lambda: _ended(live, falls))

    scope = CHANGES[reason][0]
    if scope in (ChangeScope.GRANT, ChangeScope.POINT):
        assert other not in live.media.cut
    else:
        assert live.media.cut[other] == reason
    assert await end_reason(live, falls) == reason
    async with live.database.transaction() as tx:
        query = select(audit_events.c.details).where(
            audit_events.c.name == "access.ended", audit_events.c.subject_id == falls
        )
        assert (await tx.connection.execute(query)).scalar_one()["reason"] == reason


async def _ended(live: Live, session_id: str) -> bool:
    return session_id not in await open_sessions(live)


async def test_a_session_lives_on_when_another_grant_still_allows_it(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    async with live.database.transaction() as tx:
        second = await add_second_application(tx, watching, clock)
    async with serving(live):
        session = await watch(client_as, watching, live)
        live.media.renewed.clear()
        await revoke(live, watching.filed.grants[0])
        await until(lambda: any(session in ids for ids, _ in live.media.renewed))
        assert session not in live.media.cut
        await revoke(live, second)
        await until(lambda: session in live.media.cut)


async def revoke(live: Live, grant_id: str) -> None:
    async with live.database.transaction() as tx:
        statement = text("update grants set state = 'revoked' where id = :id")
        await tx.connection.execute(statement, {"id": grant_id})
        await tx.changes.publish(ChangeScope.GRANT, grant_id)


async def add_second_application(tx: Transaction, watching: Watching, clock: Clock) -> str:
    """Of the same system for the same point; the viewer is bound by its agreement too."""
    await tx.connection.execute(text("delete from roster_entries"))
    filed = await add_application(
        tx, watching.city, ApplicationState.ACTIVE, watching.points[:1], clock(), operations=[Operation.LIVE]
    )
    return filed.grants[0]


async def test_the_end_of_validity_cuts_without_any_event(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    await live.reevaluator.begin()
    session = await watch(client_as, watching, live)
    async with live.database.transaction() as tx:
        later = clock.now.replace(year=2027)
        await tx.connection.execute(update(portal_sessions).values(last_seen_at=later, created_at=later))
    clock.advance(days=31)
    async with serving(live):
        await until(lambda: live.media.cut.get(session) == "grant_expired")


async def test_an_idle_portal_session_takes_its_pictures_with_it(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    await live.reevaluator.begin()
    session = await watch(client_as, watching, live)
    clock.advance(minutes=16)
    async with serving(live):
        await until(lambda: live.media.cut.get(session) == "signed_out")


async def test_after_twelve_hours_a_busy_portal_session_takes_its_pictures_with_it(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    await live.reevaluator.begin()
    session = await watch(client_as, watching, live)
    clock.advance(hours=12, minutes=1)
    async with live.database.transaction() as tx:
        await tx.connection.execute(update(portal_sessions).values(last_seen_at=clock.now))
    async with serving(live):
        await until(lambda: live.media.cut.get(session) == "signed_out")


@pytest.mark.parametrize("step", ["complete", "fail"])
async def test_the_end_of_a_work_order_is_a_change_that_cuts_its_test_plays(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock, step: str
) -> None:
    async with live.database.transaction() as tx:
        filed = await add_application(
            tx, watching.city, ApplicationState.PROVISIONING, [watching.ungranted], clock()
        )
    await live.reevaluator.begin()
    operator = await client_as(Role.OPERATOR_PROVISIONER)
    path = f"/api/work-orders/{filed.work_order}"
    play = (await operator.post(f"{path}/test-play", json={"point_id": watching.ungranted})).json()
    ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
    admitted = await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, "127.0.0.1")
    assert isinstance(admitted, Admitted)
    assert (
        await operator.post(f"{path}/confirm-test", json={"point_id": watching.ungranted})
    ).status_code == 204

    # Nothing but the change itself asks again here: the short leases of test plays are nobody's excuse.
    await live.reevaluator.reevaluate_now()
    assert live.media.cut == {}
    assert (await operator.post(f"{path}/{step}", json={"text": "已处置"})).status_code == 204
    await live.reevaluator.reevaluate_now()
    assert live.media.cut == {admitted.session_id: "work_order_not_open"}


async def test_signing_out_cuts_the_pictures_of_that_session(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        client = await client_as(watching.viewer)
        answer = (await client.post("/api/play", json=watching.form())).json()
        ticket = answer["url"].rsplit("/", 1)[1].split(".")[0]
        assert isinstance(
            await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, "127.0.0.1"), Admitted
        )
        await client.delete("/api/session")
        await until(lambda: live.media.cut.get(answer["session_id"]) == "signed_out")


async def test_leases_are_renewed_only_while_sessions_can_be_reevaluated(
    client_as: ClientAs, watching: Watching, live: Live, postgres: EmbeddedPostgres
) -> None:
    async with serving(live):
        session = await watch(client_as, watching, live)
        live.reevaluator.wake()
        await until(lambda: any(session in ids for ids, _ in live.media.renewed))
        with unreachable(postgres, live):
            refused = await live.media_events.redeem_ticket("x" * 64, PlayProtocol.FLV, "127.0.0.1")
            assert isinstance(refused, Refused) and refused.code == "unavailable"
            live.media.renewed.clear()  # a round that had read its facts before the outage is over by now
            live.reevaluator.wake()
            await live.reevaluator.reevaluate_now()
            assert live.media.renewed == []
            # the engine ends the session with its lease, while nothing can be written down
            await live.media_events.session_ended(SessionEnded(session, End(EndReason.LEASE_ENDED), 4711))
        await until(lambda: _ended(live, session))
        assert await end_reason(live, session) == "lease_ended"
        async with live.database.transaction() as tx:
            query = select(access_register.c.bytes_sent).where(access_register.c.id == session)
            assert (await tx.connection.execute(query)).scalar_one() == 4711
        # and without a restart there are new pictures again
        await watch(client_as, watching, live)


class unreachable:  # noqa: N801 -- read as a sentence
    """The database refuses connections and drops those it had."""

    def __init__(self, postgres: EmbeddedPostgres, live: Live) -> None:
        self._postgres = postgres
        self._name = conninfo_to_dict(live.database.address)["dbname"]

    def __enter__(self) -> None:
        as_administrator(self._postgres, f'alter database "{self._name}" allow_connections false')
        as_administrator(
            self._postgres,
            f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{self._name}'",
        )

    def __exit__(self, *_: object) -> None:
        as_administrator(self._postgres, f'alter database "{self._name}" allow_connections true')


async def test_without_a_database_there_is_no_new_play(
    client_as: ClientAs, watching: Watching, live: Live, postgres: EmbeddedPostgres
) -> None:
    client = await client_as(watching.viewer)
    with unreachable(postgres, live):
        answer = await client.post("/api/play", json=watching.form())
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert (await client.get("/api/health")).json()["status"] == "degraded"
    assert (await client.post("/api/play", json=watching.form())).status_code == 200


async def test_what_an_earlier_run_left_open_is_closed_at_start(
    client_as: ClientAs, watching: Watching, live: Live, base_services: Services
) -> None:
    session = await watch(client_as, watching, live)
    later = build_live(base_services)
    await later.reevaluator.begin()
    assert await end_reason(live, session) == "worker_lost"


async def test_a_ticket_that_nobody_came_with_is_closed(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    await live.reevaluator.begin()
    client = await client_as(watching.viewer)
    answer = (await client.post("/api/play", json=watching.form())).json()
    clock.advance(seconds=31)
    async with serving(live):
        await until(lambda: _has_reason(live, answer["session_id"], "ticket_expired"))


async def _has_reason(live: Live, session_id: str, reason: str) -> bool:
    return await end_reason(live, session_id) == reason


async def test_the_reevaluator_hears_changes_again_after_its_connection_was_cut(
    client_as: ClientAs, watching: Watching, live: Live, postgres: EmbeddedPostgres
) -> None:
    async with serving(live):
        session = await watch(client_as, watching, live)
        with unreachable(postgres, live):
            pass
        await until(lambda: _database_answers(live))
        await change(live, watching, "grant_revoked")
        await until(lambda: session in live.media.cut)


async def _database_answers(live: Live) -> bool:
    try:
        await open_sessions(live)
    except psycopg.Error:
        return False
    return True


async def test_the_viewer_is_told_of_the_end_as_it_happens(
    client_as: ClientAs, watching: Watching, live: Live, services: Services
) -> None:
    async with serving(live):
        session = await watch(client_as, watching, live)
        async with live.database.transaction() as tx:
            query = select(access_register.c.portal_session_id).where(access_register.c.id == session)
            portal_session = (await tx.connection.execute(query)).scalar_one()
        queue = services.end_listeners.listen(portal_session)
        await change(live, watching, "grant_revoked")
        async with asyncio.timeout(HANGS_SECONDS):
            ended = await queue.get()
    assert isinstance(ended, ClosedEntry)
    assert (ended.id, str(ended.end)) == (session, "grant_revoked")


async def test_a_wall_clock_that_goes_back_makes_no_lease_longer(
    client_as: ClientAs, watching: Watching, live: Live, clock: Clock
) -> None:
    await live.reevaluator.begin()
    session = await watch(client_as, watching, live)
    async with serving(live):
        await until(lambda: any(session in ids for ids, _ in live.media.renewed))
        before = {lease for ids, lease in live.media.renewed if session in ids}
        live.media.renewed.clear()
        clock.advance(minutes=-10)
        live.reevaluator.wake()
        await until(lambda: any(session in ids for ids, _ in live.media.renewed) or session in live.media.cut)
    assert {lease for ids, lease in live.media.renewed if session in ids} <= before
