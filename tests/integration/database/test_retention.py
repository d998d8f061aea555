"""What is past its time goes, by the one function of the tables' owner; nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError
from tests.factories.organizations import City, fresh_id

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.database.tables import (
    access_changes,
    access_register,
    audit_events,
    notices,
    portal_sessions,
)
from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.domain.audit.retention import KEPT_DAYS
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.audit.forget_expired import forget_expired

OLD, YOUNG = timedelta(days=KEPT_DAYS + 1), timedelta(days=KEPT_DAYS - 1)


async def _keep(tx: Transaction, city: City, name: str, at: datetime, *, ended: bool = True) -> None:
    organization = city.persons[Role.SECURITY_ADMIN]
    register = {
        "channel": "portal",
        "outcome": "allowed",
        "operation": "live",
        "person_id": "p",
        "point_id": "q",
    }
    await tx.connection.execute(
        insert(access_register).values(
            **register, id=name, reason="巡查", requested_at=at, ended_at=at if ended else None
        )
    )
    event = {"name": "audit.read", "subject_kind": "x", "subject_id": "y", "client_host": "", "details": {}}
    await tx.connection.execute(insert(audit_events).values(**event, id=name, at=at, canonical=b"{}"))
    unit = (await tx.connection.execute(text("select id from organizations limit 1"))).scalar_one()
    await tx.connection.execute(
        insert(notices).values(id=name, organization_id=unit, kind="k", subject_id="s", created_at=at)
    )
    session = {"token_digest": name.encode(), "person_id": organization.id, "client_host": ""}
    await tx.connection.execute(
        insert(portal_sessions).values(
            **session, id=name, created_at=at, last_seen_at=at, ended_at=at if ended else None
        )
    )


async def _kept(tx: Transaction) -> dict[str, set[str]]:
    tables = (access_register, audit_events, notices, portal_sessions)
    return {table.name: set((await tx.connection.scalars(select(table.c.id))).all()) for table in tables}


async def test_what_is_past_its_time_goes_and_the_log_says_how_much(database: Database, city: City) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await _keep(tx, city, "old", now - OLD)
        await _keep(tx, city, "young", now - YOUNG)
        await _keep(tx, city, "open", now - OLD, ended=False)
        before = await _kept(tx)
        at = {"scope": "grant", "target_id": "x"}
        await tx.connection.execute(insert(access_changes).values(**at, at=now - timedelta(days=8)))
        await tx.connection.execute(insert(access_changes).values(**at, at=now - timedelta(days=6)))
    async with database.transaction() as tx:
        gone = await forget_expired(tx, Act(None, now, fresh_id))
        again = await forget_expired(tx, Act(None, now, fresh_id))
    assert set(gone) == {"access_register", "audit_events", "notices", "portal_sessions", "access_changes"}
    assert again == []
    async with database.transaction() as tx:
        after = await _kept(tx)
        changes = (await tx.connection.execute(text("select count(*) from access_changes"))).scalar_one()
        said = await tx.connection.execute(
            text("select details from audit_events where name = 'audit.records_forgotten'")
        )
        details = said.scalar_one()
    assert before["access_register"] - after["access_register"] == {"old"}
    assert before["portal_sessions"] - after["portal_sessions"] == {"old"}
    assert before["audit_events"] - after["audit_events"] == {"old", "open"}
    assert before["notices"] - after["notices"] == {"old", "open"}
    assert changes == 1
    assert details == {
        "access_changes": 1,
        "access_register": 1,
        "audit_events": 2,
        "notices": 2,
        "portal_sessions": 1,
    }


async def test_the_period_is_what_the_owner_wrote_down(
    database: Database, city: City, postgres: EmbeddedPostgres
) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await _keep(tx, city, "half a year", now - timedelta(days=200))
        assert await forget_expired(tx, Act(None, now, fresh_id)) == []
        name = (await tx.connection.execute(text("select current_database()"))).scalar_one()
    migrate(postgres.urls(name).owner, APP_ROLE, kept_days=183)
    async with database.transaction() as tx:
        assert "access_register" in await forget_expired(tx, Act(None, now, fresh_id))


@pytest.mark.parametrize(
    "statement",
    [
        "create or replace function forget_expired(at_most integer) returns table (name text, forgotten bigint)"
        " language sql as 'select null::text, 0::bigint'",
        "drop function forget_expired(integer)",
        "alter function forget_expired(integer) security invoker",
    ],
    ids=["replace", "drop", "alter"],
)
async def test_the_application_cannot_change_what_is_forgotten(database: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with database.transaction() as tx:
            await tx.connection.execute(text(statement))
