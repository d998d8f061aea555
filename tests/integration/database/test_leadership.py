"""One process is control: whoever was it before can write nothing, and the next one waits until nothing is shown."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import SQLAlchemyError
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.leadership import AnotherLeadsError, Term, TermKeeper, take_term
from pinegate.adapters.database.tables import organizations

UNIT = {"id": "unit", "kind": "using_unit", "name": "单位"}


async def take(database: Database, node: str, *, standby: bool = False) -> Term:
    async with asyncio.timeout(HANGS_SECONDS):
        term = await take_term(database.address, node, standby=standby)
    assert term is not None
    return term


async def silence(database: Database, seconds: float, *, watched: bool) -> None:
    """The leader said its last word so long ago."""
    async with database.transaction() as tx:
        await tx.connection.execute(
            text(
                "update control_terms set watched = :watched,"
                " seen_at = clock_timestamp() - make_interval(secs => :seconds)"
            ),
            {"seconds": seconds, "watched": watched},
        )


@pytest.fixture
async def leader(database: Database) -> AsyncIterator[Database]:
    """The database as the first process has it."""
    term = await take(database, "first")
    own = Database(database.address, epoch=term.epoch)
    yield own
    await own.close()


async def write(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(insert(organizations).values(**UNIT))


async def count(database: Database) -> int:
    async with database.transaction() as tx:
        return int((await tx.connection.execute(text("select count(*) from organizations"))).scalar_one())


async def test_a_second_process_is_refused_and_told_who_leads(database: Database, leader: Database) -> None:
    with pytest.raises(AnotherLeadsError, match=r"first serves this database .*--standby"):
        await take(database, "second")
    await write(leader)


async def test_the_same_node_comes_back_at_once(database: Database) -> None:
    assert (await take(database, "first")).epoch + 1 == (await take(database, "first")).epoch


async def test_of_many_that_wait_one_takes_the_term(database: Database, leader: Database) -> None:
    await silence(database, 3, watched=True)
    answers = await asyncio.gather(
        *(take_term(database.address, f"node {number}", standby=False) for number in range(8)),
        return_exceptions=True,
    )
    taken = [answer for answer in answers if isinstance(answer, Term)]
    assert len(taken) == 1
    assert all(isinstance(answer, Term | AnotherLeadsError) for answer in answers)


@pytest.mark.parametrize(
    ("silent", "watched", "taken"), [(2, True, False), (3, True, True), (3, False, False), (36, False, True)]
)
async def test_a_term_ends_only_when_all_that_its_workers_may_show_has_ended(
    database: Database, leader: Database, silent: float, watched: bool, taken: bool
) -> None:
    await silence(database, silent, watched=watched)
    try:
        await take(database, "second")
    except AnotherLeadsError:
        assert not taken
    else:
        assert taken


async def test_what_was_under_way_when_the_term_ended_is_not_written(
    database: Database, leader: Database
) -> None:
    with pytest.raises(SQLAlchemyError):
        async with leader.transaction() as tx:
            await tx.connection.execute(insert(organizations).values(**UNIT))
            await silence(database, 36, watched=False)
            await take(database, "second")
    assert await count(database) == 0


async def test_after_its_term_a_process_writes_nothing_on_old_connections_or_new_ones(
    database: Database, leader: Database
) -> None:
    assert await count(leader) == 0
    await leader.read("select 1 as one", ())
    await silence(database, 36, watched=False)
    await take(database, "second")
    for _ in range(3):
        with pytest.raises(SQLAlchemyError):
            await write(leader)
        with pytest.raises(SQLAlchemyError):
            await leader.read("select 1 as one", ())
        with pytest.raises(SQLAlchemyError):
            async with leader.opening() as tx:
                await tx.access.lock_out_changes()
    assert await count(database) == 0


async def test_a_leader_that_is_watched_limits_what_its_workers_show_and_learns_that_its_term_has_ended(
    database: Database, leader: Database
) -> None:
    told: list[float | None] = []
    lost = asyncio.Event()

    async def shown_until(moment: float | None) -> None:
        told.append(moment)

    keeper = asyncio.create_task(TermKeeper(database.address, Term(1, "first"), shown_until, lost.set).run())
    try:
        await until(lambda: told)
        assert told[0] is None
        waiting = asyncio.create_task(take(database, "second", standby=True))
        await until(lambda: told[-1] is not None)
        assert not waiting.done()
        keeper.cancel()  # it hangs: no word comes any more
        assert (await waiting).epoch == 2
        keeper = asyncio.create_task(
            TermKeeper(database.address, Term(1, "first"), shown_until, lost.set).run()
        )
        async with asyncio.timeout(HANGS_SECONDS):
            await lost.wait()
    finally:
        keeper.cancel()


async def test_a_start_closes_the_sessions_of_terms_before_and_of_none_after(database: Database) -> None:
    for epoch in (1, 2, 3):
        own = Database(database.address)
        async with own.transaction() as tx:
            await tx.connection.execute(text(f"set local pinegate.epoch = '{epoch}'"))
            await tx.connection.execute(
                text(
                    "insert into access_register"
                    " (id, channel, outcome, operation, person_id, point_id, reason, requested_at)"
                    " values (:id, 'portal', 'allowed', 'live', 'p', 'c', 'r', now())"
                ),
                {"id": f"session {epoch}"},
            )
        await own.close()
    second = Database(database.address)
    async with second.transaction() as tx:
        await tx.connection.execute(text("set local pinegate.epoch = '2'"))
        assert sorted(await tx.access.open_sessions()) == ["session 1", "session 2"]
    await second.close()
