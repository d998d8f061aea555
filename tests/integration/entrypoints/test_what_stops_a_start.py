"""A command that cannot do its work says in one line what to correct."""

import os
import subprocess
import sys
from pathlib import Path

from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres


def said(folder: Path, *words: str, **settings: str) -> str:
    """What ``pinegate`` with ``words`` wrote before it gave up."""
    settings = {"DATA_FOLDER": str(folder)} | settings
    done = subprocess.run(
        [sys.executable, "-m", "pinegate.entrypoints.cli", *words],
        env=os.environ | {f"PINEGATE_{name}": value for name, value in settings.items()},
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_migrate_beside_a_running_program_refuses_in_one_line(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o711)  # run by root, the database has an account of its own
    with EmbeddedPostgres(tmp_path / "data" / "postgresql", durable=False):
        said_by_migrate = said(tmp_path / "data", "migrate")
        said_by_serve = said(tmp_path / "data", "serve")
    assert said_by_migrate.count("\n") == 1 and "Another Pinegate is running" in said_by_migrate
    assert said_by_serve == said_by_migrate


def test_a_database_that_cannot_be_reached_is_named_and_no_password(tmp_path: Path) -> None:
    owner = "postgresql://owner:hunter2@127.0.0.1:1/pinegate"
    app = "postgresql://app:hunter2@127.0.0.1:1,127.0.0.1:2/pinegate"
    line = said(tmp_path / "data", "migrate", DATABASE_URL=app, DATABASE_OWNER_URL=owner)
    assert line.count("\n") == 1 and line.startswith("pinegate: the database cannot be reached: ")
    assert "127.0.0.1" in line and "hunter2" not in line


def test_an_address_that_is_none_is_refused_and_not_repeated(tmp_path: Path) -> None:
    other = "mysql://app:hunter2@db1/pinegate"
    line = said(tmp_path / "data", "migrate", DATABASE_URL=other, DATABASE_OWNER_URL=other)
    assert line.count("\n") == 1 and "postgresql://" in line and "hunter2" not in line
