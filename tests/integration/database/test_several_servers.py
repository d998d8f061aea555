"""Two servers, of which one at a time takes writes: the program finds it, and follows it."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from tests.waiting import until

from pinegate.adapters.database.connection import Database
from pinegate.adapters.postgres_server.embedded_postgres import (
    APP_ROLE,
    DATABASE,
    OWNER_ROLE,
    EmbeddedPostgres,
)


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[EmbeddedPostgres, EmbeddedPostgres]]:
    with tempfile.TemporaryDirectory(prefix="pinegate-two-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # run by root, the server has an account of its own
        with (
            EmbeddedPostgres(folder / "a", durable=False) as one,
            EmbeddedPostgres(folder / "b", durable=False) as other,
        ):
            for server in (one, other):
                with psycopg.connect(server.urls().owner, autocommit=True) as connection:
                    connection.execute("create table written (place text)")
                    connection.execute(f"grant select, insert on written to {APP_ROLE}")
            yield one, other


def accept_writes(server: EmbeddedPostgres, accepted: bool) -> None:
    """What a primary and a standby are to whoever connects."""
    with psycopg.connect(
        server.urls("postgres").owner.replace(OWNER_ROLE, "postgres"), autocommit=True
    ) as connection:
        connection.execute("set default_transaction_read_only = off")
        connection.execute(f"alter system set default_transaction_read_only = {'off' if accepted else 'on'}")
        connection.execute("select pg_reload_conf()")


def rows(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.urls().owner) as connection:
        row = connection.execute("select count(*) from written").fetchone()
        assert row is not None
        return int(row[0])


async def write(database: Database) -> bool:
    try:
        async with database.transaction() as tx:
            await tx.connection.execute(text("insert into written values ('here')"))
    except SQLAlchemyError:
        return False
    return True


async def test_writes_go_to_the_server_that_takes_them_and_follow_a_failover(
    pair: tuple[EmbeddedPostgres, EmbeddedPostgres],
) -> None:
    one, other = pair
    hosts = [server.urls().app.partition("?host=")[2] for server in pair]
    address = f"postgresql://{APP_ROLE}@/{DATABASE}?host=%2Fnowhere,{hosts[0]},{hosts[1]}"
    await asyncio.to_thread(accept_writes, one, accepted=False)
    await asyncio.to_thread(accept_writes, other, accepted=True)
    database = Database(address)
    try:
        await until(lambda: write(database))
        assert (rows(one), rows(other)) == (0, 1)
        await asyncio.to_thread(accept_writes, other, accepted=False)
        await asyncio.to_thread(accept_writes, one, accepted=True)

        async def written_to_the_new_one() -> bool:
            return await write(database) and await asyncio.to_thread(rows, one) > 0

        await until(written_to_the_new_one)
        assert await asyncio.to_thread(rows, one) == 1
    finally:
        await database.close()
