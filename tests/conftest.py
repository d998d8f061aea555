"""What every test may ask for: the embedded PostgreSQL, and a database of its own."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from pinegate.adapters.embedded_postgres import DatabaseUrls, EmbeddedPostgres

TEMPLATE = "migrated_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run, without regard for crashes."""
    # Not below pytest's own folder: that is closed to the server's account when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="pinegate-tests-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "postgresql", durable=False)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def migrate() -> Callable[[DatabaseUrls], None]:
    """Brings an empty database to the newest schema. Overridden once there are migrations."""
    return lambda urls: None


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres, migrate: Callable[[DatabaseUrls], None]) -> str:
    """The name of a migrated database that nobody is in, to copy from."""
    migrate(postgres.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def database(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    """A migrated database of the test's own."""
    name = f"test_{uuid4().hex}"
    yield postgres.create_database(name, template=migrated_template)
    postgres.drop_database(name)


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own PINEGATE_… variables do not reach the tests."""
    for name in [name for name in os.environ if name.startswith("PINEGATE_")]:
        monkeypatch.delenv(name)
