"""No space for the audit log: no new play, and everything comes back once there is space (S25)."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import select
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import open_sessions, serving, watch
from tests.integration.conftest import ClientAs, as_administrator
from tests.waiting import until

from pinegate.adapters.database.tables import audit_events
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from pinegate.usecases.access.ports import LiveSession


@contextmanager
def no_space_for(table: str, postgres: EmbeddedPostgres, live: Live) -> Generator[None, None, None]:
    """The table's file, empty until now, grows on a device that is always full."""
    with psycopg.connect(live.database.address, user="postgres") as connection:
        row = connection.execute(
            "select current_setting('data_directory'), pg_relation_filepath(%s)", [table]
        ).fetchone()
    assert row is not None
    file = Path(row[0], row[1])
    aside = file.with_name(f"{file.name}.aside")
    assert file.stat().st_size == 0
    file.rename(aside)
    file.symlink_to("/dev/full")
    _forget_open_files(postgres, live)
    try:
        yield
    finally:
        file.unlink()
        aside.rename(file)
        _forget_open_files(postgres, live)


def _forget_open_files(postgres: EmbeddedPostgres, live: Live) -> None:
    """End the sessions of this database, each waited for: one that is still ending would be handed out once more."""
    name = conninfo_to_dict(live.database.address)["dbname"]
    as_administrator(
        postgres, f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{name}'"
    )


async def test_without_space_for_the_audit_log_there_is_no_new_play(
    client_as: ClientAs, watching: Watching, live: Live, postgres: EmbeddedPostgres
) -> None:
    client = await client_as(watching.viewer)
    with no_space_for("audit_events", postgres, live):
        answer = await client.post("/api/play", json=watching.form())
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        picture = {key: value for key, value in watching.form().items() if key != "protocol"}
        assert (await client.post("/api/snapshots", json=picture)).status_code == 503
        assert await open_sessions(live) == set()
    await watch(client_as, watching, live)


class Rounds:
    """Counts how often all running sessions are looked at; whoever asks wakes the next."""

    def __init__(self, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
        self._live = live
        self._begun = 0
        self._before: int | None = None
        looked_at = live.database.live_sessions

        async def counted(longest_lease: float | None = None) -> Sequence[LiveSession]:
            self._begun += longest_lease is None
            return await looked_at(longest_lease)

        monkeypatch.setattr(live.database, "live_sessions", counted)

    def more_than(self, count: int) -> bool:
        """Whether so many have begun since this was asked first: all but the last of them are over."""
        self._live.reevaluator.wake()
        self._before = self._begun if self._before is None else self._before
        return self._begun - self._before > count


@contextmanager
def no_space_for_changes(
    live: Live, postgres: EmbeddedPostgres, change: str = "update", table: str = "access_register"
) -> Generator[None, None, None]:
    """The table takes no change, as the server says when its disk is full; everything can still be read."""
    name = conninfo_to_dict(live.database.address)["dbname"]
    with psycopg.connect(postgres.urls(str(name)).owner, autocommit=True) as connection:
        connection.execute(
            "create function no_space() returns trigger language plpgsql as $$ begin"
            " raise exception 'could not extend file' using errcode = 'disk_full'; end $$"
        )
        connection.execute(
            f"create trigger no_space before {change} on {table} execute function no_space()".encode()
        )
        yield
        connection.execute(f"drop trigger no_space on {table}".encode())


async def test_without_space_in_the_register_pictures_end_with_their_lease(
    client_as: ClientAs,
    watching: Watching,
    live: Live,
    postgres: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = Rounds(live, monkeypatch)
    async with serving(live):
        session = await watch(client_as, watching, live)

        def is_renewed() -> bool:
            live.reevaluator.wake()
            return any(session in ids for ids, _ in live.media.renewed)

        await until(is_renewed)
        with no_space_for_changes(live, postgres):
            await live.media_events.bytes_sent({session: 4711})
            await until(lambda: live.ends.refused)
            live.media.renewed.clear()
            await until(lambda: rounds.more_than(2))
            assert live.media.renewed == []
        await until(lambda: not live.ends.refused)
        await until(is_renewed)
    async with live.database.transaction() as tx:
        said = select(audit_events.c.details).where(audit_events.c.name == "access.register_refused")
        assert "since" in (await tx.connection.execute(said)).scalar_one()


async def test_a_play_refused_for_want_of_space_ends_the_others_too(
    client_as: ClientAs,
    watching: Watching,
    live: Live,
    postgres: EmbeddedPostgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rounds = Rounds(live, monkeypatch)
    client = await client_as(watching.viewer)
    async with serving(live):
        session = await watch(client_as, watching, live)
        with no_space_for_changes(live, postgres, "insert", "audit_events"):
            answer = await client.post("/api/play", json=watching.form())
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            live.media.renewed.clear()
            await until(lambda: rounds.more_than(2))
            assert live.media.renewed == []
        await until(lambda: any(session in ids for ids, _ in live.media.renewed))
