import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from tests.processes import END_WITH_US, until
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.postgres_server.embedded_postgres import (
    EmbeddedPostgres,
    EmbeddedPostgresError,
    stop_leftover,
)

_RUN_UNTIL_KILLED = """
import sys
import threading
import time
from pathlib import Path
from pinegate.adapters.postgres_server import embedded_postgres
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from tests.waiting import HANGS_SECONDS
embedded_postgres.words_to_end_with_us = lambda: []  # as on a machine that cannot
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "postgresql"


@pytest.fixture
def killed_program(folder: Path) -> Iterator[Path]:
    """The folder of a program that was killed while its server ran."""
    with subprocess.Popen(
        [*END_WITH_US, sys.executable, "-c", _RUN_UNTIL_KILLED, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "src"},
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"ready\n"
        program.kill()
    yield folder
    stop_leftover(folder)


def run(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def ask(url: str, query: LiteralString) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


def test_data_survive_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        owner = server.urls().owner
        run(owner, "CREATE TABLE kept AS SELECT 42 AS answer")
    with EmbeddedPostgres(folder, durable=False) as server:
        assert ask(server.urls().owner, "SELECT answer FROM kept") == 42


def test_a_server_left_behind_by_a_killed_program_is_replaced(killed_program: Path) -> None:
    with EmbeddedPostgres(killed_program, durable=False) as server:
        assert ask(server.urls().app, "SELECT 1") == 1


def test_a_server_left_behind_can_be_stopped_by_hand(killed_program: Path) -> None:
    assert stop_leftover(killed_program)
    assert not stop_leftover(killed_program)


def test_a_pid_file_whose_number_a_stranger_got_is_no_obstacle(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pid_file = (folder / "cluster/postmaster.pid").read_text()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        lines = pid_file.splitlines()
        (folder / "cluster/postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:], ""]))
        with EmbeddedPostgres(folder, durable=False) as server:
            assert ask(server.urls().app, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_was_killed_is_started_again_with_all_that_was_committed(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        assert not server.restart_if_ended()
        run(server.urls().owner, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(int((folder / "cluster/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        until(server.restart_if_ended)
        assert ask(server.urls().owner, "SELECT answer FROM kept") == 42
    assert not server.restart_if_ended()


def test_a_second_program_on_the_same_folder_is_refused(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False) as server:
        with pytest.raises(EmbeddedPostgresError, match="Another Pinegate"):
            EmbeddedPostgres(folder).start()
        with pytest.raises(EmbeddedPostgresError, match="Another Pinegate"):
            stop_leftover(folder)
        assert ask(server.urls().app, "SELECT 1") == 1


def test_a_folder_too_deep_for_a_socket_address_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / "postgresql"
    with EmbeddedPostgres(deep, durable=False) as server:
        assert ask(server.urls().app, "SELECT 1") == 1


def test_a_folder_closed_to_the_servers_account_works(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with EmbeddedPostgres(closed / "postgresql", durable=False) as server:
        assert ask(server.urls().app, "SELECT 1") == 1
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_server_outlives_the_thread_that_asked_for_it(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    asking = threading.Thread(target=server.start)
    asking.start()
    asking.join()
    try:
        assert ask(server.urls().app, "SELECT 1") == 1
    finally:
        server.stop()


def test_a_stopped_server_leaves_no_process(folder: Path) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    pid = int((folder / "cluster/postmaster.pid").read_text().split()[0])
    server.stop()
    assert not Path(f"/proc/{pid}").exists()


def test_data_of_another_postgresql_version_are_not_touched(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "cluster/PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match="belong to PostgreSQL 16"):
        EmbeddedPostgres(folder).start()


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with EmbeddedPostgres(folder, durable=False):
        pass
    (folder / "cluster/global/pg_control").unlink()
    with pytest.raises(EmbeddedPostgresError, match="pg_control"):
        EmbeddedPostgres(folder).start()


def test_the_application_cannot_create_tables_or_enter_other_databases(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(postgres.urls().app, "CREATE TABLE mine (i int)")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(postgres.urls("postgres").app, "SELECT 1")


def test_no_role_of_the_program_is_a_superuser(postgres: EmbeddedPostgres) -> None:
    query = "SELECT bool_or(rolsuper) FROM pg_roles WHERE rolname LIKE 'pinegate%'"
    assert ask(postgres.urls().owner, query) is False


def test_the_server_opens_no_network_port_and_commits_durably_by_default(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        owner = server.urls().owner
        assert ask(owner, "SHOW listen_addresses") == ""
        assert ask(owner, "SHOW fsync") == "on"
        assert ask(owner, "SHOW synchronous_commit") == "on"


def test_a_database_is_copied_from_its_template_and_dropped_with_its_users(
    postgres: EmbeddedPostgres,
) -> None:
    run(postgres.create_database("pattern").owner, "CREATE TABLE t AS SELECT 7 AS seven")
    copy = postgres.create_database("copied", template="pattern").owner
    still_in_it = psycopg.connect(copy)
    assert still_in_it.execute("SELECT seven FROM t").fetchone() == (7,)
    postgres.drop_database("copied")
    still_in_it.close()
    postgres.drop_database("pattern")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        ask(copy, "SELECT 1")


@pytest.mark.parametrize("heard", [True, False], ids=["as usual", "below a parent that ignores Ctrl-C"])
def test_the_command_line_runs_the_database_until_it_is_interrupted(tmp_path: Path, heard: bool) -> None:
    environment = os.environ | {"PYTHONPATH": "src", "PINEGATE_DATA_FOLDER": str(tmp_path / "data")}
    command = [sys.executable, "-m", "pinegate.entrypoints.cli", "database"]
    parent = [] if heard else ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with subprocess.Popen(
        [*END_WITH_US, *parent, *command, "start"], stdout=subprocess.PIPE, text=True, env=environment
    ) as program:
        assert program.stdout is not None
        assert "PostgreSQL is running" in program.stdout.readline()
        url = subprocess.run(
            [*command, "psql-url"], capture_output=True, text=True, env=environment, check=True
        )
        assert ask(url.stdout.strip(), "SELECT current_user") == "pinegate_app"
        program.send_signal(signal.SIGINT)
        assert program.wait(HANGS_SECONDS) == 0
    assert not (tmp_path / "data/postgresql/cluster/postmaster.pid").exists()
