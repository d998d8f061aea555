"""Real PostgreSQL for every test: one server a run, one database a test, copied from a template."""

import gc
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psycopg
import pytest
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import City, Person, add_city, add_portal_session, fresh_id

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.documents.upload import ScanStore
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, OWNER_ROLE, EmbeddedPostgres
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.services import Services
from pinegate.usecases.documents.ports import MAX_UPLOAD_BYTES

_TEMPLATE = "pinegate_template"


def pytest_collection_finish() -> None:
    """What the tests and the program are made of stays: only what a test leaves behind is looked through."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A socket or file left to the collector is found here, or at the next test, not at a random one."""
    yield
    gc.collect()


class Clock:
    """The time that the services see; tests move it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One server for the whole run, without regard for crashes, with a migrated template to copy from."""
    with tempfile.TemporaryDirectory(prefix="pinegate-tests-") as folder:
        Path(folder).chmod(0o711)  # run by root, the server has an account of its own
        with EmbeddedPostgres(Path(folder) / "postgresql", durable=False) as server:
            migrate(server.create_database(_TEMPLATE).owner, APP_ROLE)
            yield server


def as_administrator(postgres: EmbeddedPostgres, statement: str) -> None:
    """Run ``statement`` as the server's own administrator: what no code of the product can do."""
    address = postgres.urls("postgres").owner.replace(OWNER_ROLE, "postgres")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


@pytest.fixture
async def database(postgres: EmbeddedPostgres) -> AsyncIterator[Database]:
    name = f"test_{fresh_id().replace('-', '')}"
    database = Database(postgres.create_database(name, template=_TEMPLATE).app)
    yield database
    await database.close()
    postgres.drop_database(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def city(database: Database) -> City:
    async with database.transaction() as tx:
        return await add_city(tx)


@pytest.fixture
async def scans(tmp_path: Path) -> AsyncIterator[ScanStore]:
    scans = ScanStore(tmp_path / "scans", MAX_UPLOAD_BYTES)
    yield scans
    await scans.close()


@pytest.fixture
def services(database: Database, clock: Clock, scans: ScanStore) -> Services:
    return Services(
        database=database,
        profile=HUANGSHAN,
        now=clock,
        new_id=fresh_id,
        secret_box=AesGcmBox(bytes(32)),
        passwords=Argon2Passwords(memory_kib=64, passes=1),
        scans=scans,
    )


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
