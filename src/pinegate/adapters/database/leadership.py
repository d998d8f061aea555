"""Who is control: one process at a time, by a term in the database with a number that only rises (docs/decisions/0024).

A term is kept by saying so twice a second. Who wants the next one waits until the last word is older than all that the
leader's workers may still show: 2.5 s where the leader knows that somebody waits (its workers then stop by themselves
2 s after its last word), else 35 s (they live on leases of 30 s). All times are the database's.

The fence costs a transaction nothing: connections carry the term's number. A new term first is written, then all
connections of lower ones are ended, and what they had not committed with them; a connection that is made later looks
whether its term still runs, and finds that it does not.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import structlog
from psycopg.errors import UndefinedTable, UniqueViolation
from psycopg.rows import namedtuple_row

from pinegate.adapters.database.bounded_connection import BoundedConnection, connection_options
from pinegate.adapters.database.server_address import writable_server

SHOWN_SECONDS = 2.0
"""After its last word a watched leader's workers show nothing any more."""
_WORD_EVERY = 0.5
_LOOK_EVERY = 0.25
_ANSWER_SECONDS = 1.5

_TAKE = """
with ended as (
    update control_terms set ended_at = clock_timestamp()
    where ended_at is null and (node = %(node)s
        or seen_at < clock_timestamp() - case when watched then interval '2.5 s' else interval '35 s' end)
    returning epoch)
insert into control_terms (epoch, node, taken_at, seen_at)
select coalesce(max(epoch), 0) + 1, %(node)s, clock_timestamp(), clock_timestamp() from control_terms
having count(*) filter (where ended_at is null and epoch not in (select epoch from ended)) = 0
returning epoch
"""
_END_CONNECTIONS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
    and application_name like 'pinegate term %%' and application_name <> %(mine)s
"""
_SAY = """
update control_terms set seen_at = clock_timestamp(), watched = %(watched)s
where epoch = %(epoch)s and ended_at is null
returning coalesce(standby_seen_at > clock_timestamp() - interval '10 s', false) as watched
"""
_LEADER = """
select epoch, node, extract(epoch from clock_timestamp() - seen_at)::float as ago
from control_terms where ended_at is null
"""
_WAIT = "update control_terms set standby_seen_at = clock_timestamp() where ended_at is null"
_RELEASE = (
    "update control_terms set ended_at = clock_timestamp() where epoch = %(epoch)s and ended_at is null"
)

_log = structlog.get_logger(__name__)


class AnotherLeadsError(Exception):
    """Another process serves this database; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Term:
    """``epoch``: rises with every term. ``node``: whose it is."""

    epoch: int
    node: str


def connection_name(epoch: int) -> str:
    """By which a connection is known as one of this term."""
    return f"pinegate term {epoch}"


async def take_term(address: str, node: str, *, standby: bool) -> Term | None:
    """The next term, for ``node``; its own last one it may take over at once, for its process has ended.

    None where the database has no tables yet. ``standby``: wait for as long as another leads.

    Raises:
        AnotherLeadsError: another leads, and we shall not wait.
        psycopg.Error: the database is away; a standby waits.
    """
    waited_for = 0
    while True:
        try:
            async with _line(address) as line:
                while True:
                    epoch = await _take(line, node)
                    if epoch is not None:
                        return Term(epoch, node)
                    leader = await _one(line, _LEADER)
                    if leader is not None and not standby:
                        raise AnotherLeadsError(
                            f"{leader.node} serves this database (its last word came {leader.ago:.0f} s ago)."
                            " Stop it first; `pinegate serve --standby` waits beside it."
                        )
                    if leader is not None and leader.epoch != waited_for:
                        waited_for = leader.epoch
                        _log.info("standby_waits", leader=leader.node, term=leader.epoch)
                    await line.execute(_WAIT.encode())
                    await asyncio.sleep(_LOOK_EVERY)
        except UndefinedTable:
            return None
        except psycopg.Error as error:
            if not standby:
                raise
            _log.warning("standby_cannot_look", error=type(error).__name__)
            await asyncio.sleep(_LOOK_EVERY)


async def _take(line: BoundedConnection, node: str) -> int | None:
    try:
        taken = await _one(line, _TAKE, node=node)
    except UniqueViolation:  # somebody else was quicker
        return None
    if taken is None:
        return None
    await line.execute(_END_CONNECTIONS.encode(), {"mine": connection_name(taken.epoch)})
    return int(taken.epoch)


class TermKeeper:
    """Says twice a second that the term goes on.

    ``shown_until``: told after each word until which moment (monotonic seconds) pictures may be shown; None: for as
    long as their own leases last. ``lost``: called once when another has taken the next term.
    """

    def __init__(
        self,
        address: str,
        term: Term,
        shown_until: Callable[[float | None], Awaitable[None]],
        lost: Callable[[], None],
    ) -> None:
        self._address = address
        self._term = term
        self._shown_until = shown_until
        self._lost = lost
        self._watched = False

    async def run(self) -> None:
        """Serve until cancelled, or lost."""
        while True:
            try:
                async with _line(self._address) as line:
                    await self._say_until_lost(line)
                self._lost()
                return
            except psycopg.Error as error:
                _log.warning("term_not_renewed", term=self._term.epoch, error=type(error).__name__)
                await asyncio.sleep(_WORD_EVERY)

    async def _say_until_lost(self, line: BoundedConnection) -> None:
        while True:
            if not await self._say(line):
                return
            await asyncio.sleep(_WORD_EVERY)

    async def _say(self, line: BoundedConnection) -> bool:
        began = time.monotonic()
        told = await _one(line, _SAY, epoch=self._term.epoch, watched=self._watched)
        if told is None:
            return False
        # What the row says must have been true of the workers before: tightened here, told with the next word, and
        # loosened only when the row does not promise it any more.
        await self._shown_until(began + SHOWN_SECONDS if self._watched or told.watched else None)
        self._watched = told.watched
        return True

    async def release(self) -> None:
        """We have stopped in order: the next term may begin at once."""
        with contextlib.suppress(psycopg.Error):
            async with _line(self._address) as line:
                await line.execute(_RELEASE.encode(), {"epoch": self._term.epoch})


@asynccontextmanager
async def _line(address: str) -> AsyncGenerator[BoundedConnection, None]:
    line = await BoundedConnection.connect(writable_server(address), autocommit=True, **connection_options())
    line.patience = _ANSWER_SECONDS
    async with line:
        yield line


async def _one(line: BoundedConnection, statement: str, **values: object) -> Any:
    cursor = line.cursor(row_factory=namedtuple_row)
    await cursor.execute(statement.encode(), values)
    return await cursor.fetchone()
