"""What the writer of ends keeps while the register takes nothing."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from typing import cast

import pytest
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.database.connection import Database
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.usecases.access.ports import ClosedEntry
from pinegate.usecases.streams.media_engine import SessionEnded

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LEFT, TOO_SLOW = End(EndReason.VIEWER_LEFT), End(EndReason.TOO_SLOW)


class Register:
    """A database that refuses while ``full`` or ``away``, and stands still while ``hanging``; it is the transaction."""

    def __init__(self) -> None:
        self.away = self.hanging = self.disk_is_full = False
        self.ended: dict[str, SessionEnded] = {}
        self.counted: dict[str, int] = {}
        self.events: list[AuditEvent] = []
        self.access = self.audit = self

    @asynccontextmanager
    async def prompt_transaction(self) -> AsyncGenerator["Register", None]:
        if self.hanging:
            await asyncio.Event().wait()
        if self.away:
            raise SQLAlchemyError
        yield self

    async def end(self, ended: Sequence[SessionEnded], now: datetime) -> Sequence[ClosedEntry]:
        self.ended |= {session.session_id: session for session in ended}
        return [ClosedEntry(s.session_id, "portal", s.end, "person", "unit", "point", s.bytes) for s in ended]

    async def count_bytes(self, totals: Mapping[str, int]) -> None:
        self.counted |= totals

    async def append(self, *events: AuditEvent) -> None:
        self.events += events

    def said(self, name: AuditEventName) -> int:
        return sum(event.name is name for event in self.events)


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def listeners() -> SessionEndListeners:
    return SessionEndListeners()


@pytest.fixture
def writer(register: Register, listeners: SessionEndListeners) -> SessionEndWriter:
    numbers = count()
    return SessionEndWriter(cast(Database, register), listeners, lambda: NOW, lambda: str(next(numbers)))


async def test_the_first_end_counts_and_its_bytes_may_still_rise(
    writer: SessionEndWriter, register: Register
) -> None:
    writer.sent({"a": 700})
    writer.ended(SessionEnded("a", LEFT, 500))
    writer.ended(SessionEnded("a", TOO_SLOW, 900))
    await writer.flush()
    assert register.ended == {"a": SessionEnded("a", LEFT, 900)}
    assert register.counted == {}


async def test_what_could_not_be_written_is_written_later_and_who_waits_is_told_then(
    writer: SessionEndWriter, register: Register, listeners: SessionEndListeners
) -> None:
    told = listeners.listen("portal")
    writer.ended(SessionEnded("a", LEFT, 500))
    writer.sent({"b": 40})
    register.away = True
    with pytest.raises(SQLAlchemyError):
        await writer.flush()
    assert writer.refused and told.empty()
    writer.ended(SessionEnded("a", TOO_SLOW, 600))
    writer.sent({"b": 50})
    register.away = False
    await writer.flush()
    assert register.ended == {"a": SessionEnded("a", LEFT, 600)}
    assert register.counted == {"b": 50}
    assert told.get_nowait().id == "a"
    listeners.stop_listening("portal", told)
    assert listeners.listeners("portal") == 0


async def test_the_log_says_that_the_register_took_nothing_once_it_takes_everything_again(
    writer: SessionEndWriter, register: Register
) -> None:
    register.disk_is_full = True  # somebody else's statement was told so
    assert writer.refused
    register.away = True
    with pytest.raises(SQLAlchemyError):
        await writer.flush()
    register.away = False
    await writer.flush()
    await writer.flush()
    assert not writer.refused and not register.disk_is_full
    assert register.said(AuditEventName.REGISTER_REFUSED) == 1


async def test_who_stops_waiting_for_a_write_says_nothing_of_the_register(
    writer: SessionEndWriter, register: Register
) -> None:
    writer.ended(SessionEnded("a", LEFT, 500))
    register.hanging = True
    waiting = asyncio.create_task(writer.flush())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not writer.refused
    register.hanging = False
    await writer.flush()
    assert set(register.ended) == {"a"}
    assert register.said(AuditEventName.REGISTER_REFUSED) == 0
