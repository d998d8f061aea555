"""No space for the audit log: no new play, and everything comes back once there is space (S25)."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import open_sessions, watch
from tests.integration.conftest import ClientAs, as_administrator

from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres


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
