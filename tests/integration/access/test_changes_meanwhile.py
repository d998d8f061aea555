"""A change that commits between a decision and its effect, stopped at just that point.

A viewer's coming takes no lock against changes: the ticket's row is there before the decision, so the change's
re-evaluation finds it, and the engine remembers whom it was told to cut while a ticket was being redeemed. What is done
at once has no re-evaluation after it; there the change waits for the register's line.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import end_reason
from tests.integration.access.test_new_enemy import ask, revoke
from tests.integration.conftest import ClientAs
from tests.integration.media.viewers import HttpViewer
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.access.openings import Openings
from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.database.access import AccessRows
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.domain.access.request import Denied
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.open_stream import OpenedStream
from pinegate.usecases.access.ports import Situation, StreamRequest
from pinegate.usecases.streams.media_engine import PlayProtocol, Refused


class Stop:
    """Holds whoever calls a method of the access store, before it does anything, until the test goes on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.reached = asyncio.Event()
        self._go_on = asyncio.Event()
        original = getattr(AccessRows, method)

        async def stopped(store: AccessRows, *arguments: Any) -> Any:
            self.reached.set()
            await self._go_on.wait()
            return await original(store, *arguments)

        monkeypatch.setattr(AccessRows, method, stopped)

    def go_on(self) -> None:
        self._go_on.set()


@asynccontextmanager
async def engine_of(
    live: Live, services: Services
) -> AsyncGenerator[tuple[MediaSupervisor, Reevaluator], None]:
    """The real engine, whose tickets are redeemed at the real register, and the re-evaluation that cuts in it."""
    events = MediaEventHandler(
        services.database, live.ends, services.now, services.monotonic, services.new_id
    )
    engine = MediaSupervisor(MediaSettings(rtp_ports=(32000, 33999)), events)
    reevaluator = Reevaluator(
        services.database,
        engine,
        live.ends,
        services.now,
        services.monotonic,
        idle_limit=timedelta(minutes=15),
        longest_session=timedelta(hours=12),
    )
    await engine.start()
    try:
        yield engine, reevaluator
    finally:
        await engine.stop()


class Groups:
    """How large the groups were that were decided together, and how many have asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self.asked = 0
        situations, ask = AccessRows.situations, Openings.open

        async def counted(store: AccessRows, asked: Sequence[StreamRequest]) -> Sequence[Situation]:
            self.sizes.append(len(asked))
            return await situations(store, asked)

        async def counting(openings: Openings, asked: StreamRequest) -> OpenedStream | Denied:
            self.asked += 1
            return await ask(openings, asked)

        monkeypatch.setattr(AccessRows, "situations", counted)
        monkeypatch.setattr(Openings, "open", counting)


async def waits_for_a_lock(live: Live) -> bool:
    """Whether some statement of this database waits for a lock."""
    query = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    async with live.database.transaction() as tx:
        return (await tx.connection.execute(query)).scalar_one() > 0


async def register_of(live: Live) -> list[tuple[str, int]]:
    """Every line's outcome, and the bytes it sent."""
    async with live.database.transaction() as tx:
        rows = await tx.connection.execute(text("select outcome, bytes_sent from access_register"))
        return [(row.outcome, row.bytes_sent) for row in rows]


async def test_a_viewer_decided_on_just_before_a_revocation_sees_nothing(
    watching: Watching, live: Live, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine_of(live, services) as (engine, reevaluator):
        await reevaluator.begin()
        ticket = await ask(watching, replace(services, media=engine))
        admission = Stop(monkeypatch, "start")
        viewing = asyncio.create_task(HttpViewer.open(engine.play_address(ticket, PlayProtocol.FLV)))
        await admission.reached.wait()

        async with asyncio.timeout(HANGS_SECONDS):  # a revocation does not wait for whoever is on the way
            await revoke(live, 0)
        reevaluating = asyncio.create_task(reevaluator.reevaluate_now())
        await until(lambda: waits_for_a_lock(live))  # cut in the engine; its line is still the viewer's
        admission.go_on()
        await reevaluating

        assert (await viewing).status == 403
    async with live.database.transaction() as tx:
        (session,) = (await tx.connection.execute(text("select id from access_register"))).scalars()
    assert await end_reason(live, session) == "grant_revoked"
    assert await register_of(live) == [("allowed", 0)]


async def test_a_viewer_who_comes_after_the_revocation_is_refused_before_anything_re_evaluates(
    watching: Watching, live: Live, services: Services
) -> None:
    async with engine_of(live, services) as (engine, _):
        ticket = await ask(watching, replace(services, media=engine))
        await revoke(live, 0)
        viewer = await HttpViewer.open(engine.play_address(ticket, PlayProtocol.FLV))
        assert viewer.status == 403


async def test_what_is_done_at_once_is_in_the_register_before_a_revocation_is_answered(
    client_as: ClientAs, watching: Watching, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live.reevaluator.begin()
    viewer, bureau = await client_as(watching.viewer), await client_as(Role.BUREAU_APPROVER)
    named = {"point_id": watching.points[0], "system_id": watching.city.system, "reason": "占道经营巡查"}
    line = Stop(monkeypatch, "register")
    doing = asyncio.create_task(viewer.post("/api/ptz", json={**named, "command": "left"}))
    await line.reached.wait()

    order = {"scope": "grant", "target_id": watching.filed.grants[0], "reason": "超范围使用"}
    revoking = asyncio.create_task(bureau.post("/api/revocations", json=order))
    await until(lambda: _settled(live, revoking))
    assert not revoking.done(), "the revocation was answered over an action that nobody has written down"
    line.go_on()
    assert (await revoking).status_code == 200
    assert (await doing).status_code == 204
    assert [outcome for outcome, _ in await register_of(live)] == ["allowed"]


async def test_who_waits_for_the_next_group_is_decided_on_what_was_revoked_meanwhile(
    client_as: ClientAs, watching: Watching, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, groups = await client_as(watching.viewer), Groups(monkeypatch)
    line = Stop(monkeypatch, "register")
    first = asyncio.create_task(viewer.post("/api/play", json=watching.form()))
    await line.reached.wait()  # decided, not written down yet
    others = [asyncio.create_task(viewer.post("/api/play", json=watching.form())) for _ in range(5)]
    await until(lambda: groups.asked == 6)
    await revoke(live, 0)
    line.go_on()

    opened = await first
    assert opened.status_code == 200
    assert [answer.json()["code"] for answer in await asyncio.gather(*others)] == ["grant_revoked"] * 5
    assert groups.sizes == [1, 5]
    # The first was allowed before the revocation, whose re-evaluation finds its line.
    await live.reevaluator.reevaluate_now()
    ticket = opened.json()["url"].rsplit("/", 1)[1].removesuffix(".flv")
    refused = await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, "127.0.0.1")
    assert isinstance(refused, Refused)


async def test_a_group_that_is_not_committed_is_nobodys_yes(
    client_as: ClientAs, watching: Watching, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, groups = await client_as(watching.viewer), Groups(monkeypatch)
    line = Stop(monkeypatch, "register")
    asking = [asyncio.create_task(viewer.post("/api/play", json=watching.form())) for _ in range(4)]
    await line.reached.wait()
    await until(lambda: groups.asked == 4)
    async with live.database.transaction() as tx:
        await tx.connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid()"
            )
        )
    line.go_on()
    answers = await asyncio.gather(*asking)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == groups.sizes[0]
    assert len(await register_of(live)) == 4 - len(refused)


async def test_one_who_asks_what_cannot_be_kept_spoils_nobody_elses_answer(
    client_as: ClientAs,
    watching: Watching,
    live: Live,
    postgres: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = conninfo_to_dict(live.database.address)["dbname"]
    with psycopg.connect(postgres.urls(str(name)).owner, autocommit=True) as owner:
        owner.execute(
            "create function not_kept() returns trigger language plpgsql as $$ begin"
            " raise exception 'not to be kept' using errcode = 'character_not_in_repertoire'; end $$"
        )
        owner.execute(
            "create trigger not_kept before insert on access_register for each row"
            " when (new.reason = '不可保存') execute function not_kept()"
        )
    viewer, groups = await client_as(watching.viewer), Groups(monkeypatch)
    line = Stop(monkeypatch, "register")
    reasons = ["巡查", "巡查", "不可保存", "巡查"]
    asking = [
        asyncio.create_task(viewer.post("/api/play", json=watching.form(reason=reason))) for reason in reasons
    ]
    await until(lambda: groups.asked == 4)
    line.go_on()
    answers = await asyncio.gather(*asking)
    assert [answer.status_code for answer in answers] == [200, 200, 422, 200]
    assert [outcome for outcome, _ in await register_of(live)] == ["allowed"] * 3


async def test_while_too_many_wait_who_comes_is_told_so_at_once_and_who_waits_is_answered(
    client_as: ClientAs, watching: Watching, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer, groups = await client_as(watching.viewer), Groups(monkeypatch)
    line = Stop(monkeypatch, "register")
    first = asyncio.create_task(viewer.post("/api/play", json=watching.form()))
    await line.reached.wait()
    waits = asyncio.create_task(viewer.post("/api/play", json=watching.form()))
    await until(lambda: groups.asked == 2)
    hour_later = time.monotonic() + 3600
    monkeypatch.setattr("pinegate.adapters.database.groups.monotonic", lambda: hour_later)
    late = await viewer.post("/api/play", json=watching.form())
    assert (late.status_code, late.headers["retry-after"], late.json()["code"]) == (503, "1", "unavailable")
    line.go_on()
    assert [answer.status_code for answer in await asyncio.gather(first, waits)] == [200, 200]
    assert len(await register_of(live)) == 2


async def _settled(live: Live, revoking: asyncio.Task[Any]) -> bool:
    return revoking.done() or await waits_for_a_lock(live)
