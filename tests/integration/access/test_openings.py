"""The short way to the database that openings take keeps the promises of the long one."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from tests.integration.access.conftest import Live

from pinegate.adapters.database.tables import audit_events
from pinegate.domain.audit.event import AuditEvent, AuditEventName


def event(event_id: str) -> AuditEvent:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return AuditEvent(event_id, AuditEventName.ACCESS_STARTED, at, None, None, "play_session", "session")


async def written(live: Live) -> int:
    async with live.database.transaction() as tx:
        return (await tx.connection.execute(select(func.count()).select_from(audit_events))).scalar_one()


async def test_an_opening_that_is_broken_off_writes_nothing(live: Live) -> None:
    before = await written(live)
    with pytest.raises(ZeroDivisionError):
        async with live.database.opening() as tx:
            await tx.audit.append(event("one"))
            raise ZeroDivisionError
    assert await written(live) == before


async def test_a_statement_that_fails_unread_is_raised_at_the_end_and_nothing_is_written(live: Live) -> None:
    before = await written(live)
    with pytest.raises(IntegrityError):
        async with live.database.opening() as tx:
            await tx.audit.append(event("one"), event("one"))
    assert await written(live) == before


async def test_a_connection_that_the_server_ended_is_replaced(live: Live) -> None:
    async with live.database.opening() as tx:
        await tx.audit.append(event("one"))
    before = await written(live)
    async with live.database.transaction() as tx:
        await tx.connection.execute(
            text(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        )
    async with live.database.opening() as tx:
        await tx.audit.append(event("two"))
    assert await written(live) == before + 1
