"""The migrations make exactly the tables, and the application's role cannot touch what was audited."""

from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Executable, create_engine, delete, insert, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool
from tests.factories.organizations import fresh_id

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import alembic_config, migrate
from pinegate.adapters.database.tables import audit_events, metadata
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.domain.audit.event import AuditEvent, AuditEventName


def test_the_migrations_make_exactly_the_tables_of_the_code(postgres: EmbeddedPostgres) -> None:
    name = f"test_{fresh_id().replace('-', '')}"
    owner_url = postgres.create_database(name).owner
    migrate(owner_url, APP_ROLE)
    migrate(owner_url, APP_ROLE)
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()
    postgres.drop_database(name)


_POINT_OF_0_1_0 = """
    insert into camera_points (id, device_id, channel_code, name, longitude, latitude, search)
    values ('p', 'd', '34100200001320000001', '老街', 118.3, 29.7,
        array_to_tsvector(array['老', '老街', '街', '34100200001320000001']))
"""


def test_a_database_of_0_1_0_keeps_its_rows(postgres: EmbeddedPostgres) -> None:
    name = f"test_{fresh_id().replace('-', '')}"
    owner_url = postgres.create_database(name).owner
    engine = create_engine(owner_url, poolclass=NullPool)
    channels = ["portal", "access_interface", "operator_test"]
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
        for number, channel in enumerate(channels):
            connection.execute(
                text(
                    "insert into access_register (id, door, outcome, operation, person_id, point_id, reason,"
                    " requested_at, ticket_digest, bytes_sent)"
                    " values (:id, :door, 'allowed', 'live', 'person', 'point', '占道经营巡查', :at, :digest, :bytes)"
                ),
                {
                    "id": f"s{number}",
                    "door": channel,
                    "at": datetime(2026, 1, 1, number, tzinfo=UTC),
                    "digest": bytes([number]) * 32,
                    "bytes": number * 2**33,
                },
            )
        before = connection.execute(text("select * from access_register order by id")).mappings().all()
        connection.execute(
            text(
                "insert into devices (id, device_code, name, password_encrypted, media_hosts)"
                " values ('d', '34100000002000000009', '市公安局视频平台', 'sealed', '{10.0.0.9}')"
            )
        )
        connection.execute(text(_POINT_OF_0_1_0))
        device = dict(connection.execute(text("select * from devices")).mappings().one())
    migrate(owner_url, APP_ROLE)
    with engine.connect() as connection:
        after = connection.execute(text("select * from access_register order by id")).mappings().all()
        kept = dict(connection.execute(text("select * from devices")).mappings().one())
        words = connection.execute(text("select tsvector_to_array(search) from camera_points")).scalar_one()
        tallied = connection.execute(text("select level, points, settled from point_tallies")).all()
    engine.dispose()
    assert kept == device | {"strict_ssrc": False, "registered_until": None, "registered_mark": None}
    assert words == ["老", "老街", "街"]
    assert sorted(map(tuple, tallied)) == [(level, 1, True) for level in (0, 9, 11, 13)]
    assert [row["channel"] for row in after] == channels
    was = [{("channel" if key == "door" else key): value for key, value in row.items()} for row in before]
    assert [{key: row[key] for key in old} for row, old in zip(after, was, strict=True)] == was
    assert [row["tracks"] for row in after] == [[]] * len(channels)
    postgres.drop_database(name)


def test_the_people_of_0_1_0_stay_enrolled_but_for_passwords_that_somebody_else_read(
    postgres: EmbeddedPostgres,
) -> None:
    name = f"test_{fresh_id().replace('-', '')}"
    owner_url = postgres.create_database(name).owner
    engine = create_engine(owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0002")
        connection.execute(
            text(
                "insert into organizations (id, kind, name) values ('o', 'police', 'P');"
                " insert into persons (id, organization_id, name, staff_number)"
                " select id, 'o', id, id from unnest(array['own', 'first']) as id;"
                " insert into accounts"
                " (person_id, login, password_hash, password_is_initial, totp_secret, totp_last_step)"
                " values ('own', 'own', 'hash of own', false, 'sealed', 7),"
                " ('first', 'first', 'hash of first', true, null, null);"
                " insert into portal_sessions (id, token_digest, person_id, client_host, created_at, last_seen_at)"
                " select id, id::bytea, id, '::1', now(), now() from persons"
            )
        )
    migrate(owner_url, APP_ROLE)
    with engine.connect() as connection:
        kept = connection.execute(
            text(
                "select a.login, a.password_hash, a.totp_last_step, s.ended_at is null"
                " from accounts a join portal_sessions s using (person_id) order by a.login"
            )
        ).all()
    engine.dispose()
    assert [tuple(row) for row in kept] == [("first", None, None, False), ("own", "hash of own", 7, True)]
    postgres.drop_database(name)


@pytest.mark.parametrize(
    "statement",
    [
        update(audit_events).values(subject_id="other"),
        delete(audit_events),
        text("truncate audit_events"),
        text("alter table audit_events drop column canonical"),
    ],
    ids=["update", "delete", "truncate", "alter"],
)
async def test_what_was_audited_stays(database: Database, statement: Executable) -> None:
    row = {"id": "1", "name": "audit.read", "subject_kind": "x", "subject_id": "y", "client_host": ""}
    async with database.transaction() as tx:
        await tx.connection.execute(
            insert(audit_events).values(**row, at=text("now()"), details={}, canonical=b"{}")
        )
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with database.transaction() as tx:
            await tx.connection.execute(statement)


async def test_an_event_rolls_back_with_its_cause(database: Database) -> None:
    event = AuditEvent("1", AuditEventName.LOGOUT, datetime(2026, 1, 1, tzinfo=UTC), None, None, "x", "y")
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await tx.audit.append(event)
            raise RuntimeError
    async with database.transaction() as tx:
        count = await tx.connection.execute(text("select count(*) from audit_events"))
        assert count.scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "delete from access_register",
        "truncate access_register",
        "update access_register set person_id = 'somebody else'",
        "update access_register set requested_at = now()",
        "update access_register set point_id = 'another', bytes_sent = 0",
        "delete from control_terms",
        "update control_terms set node = 'other'",
    ],
)
async def test_of_the_register_only_how_a_session_began_and_ended_may_be_written(
    database: Database, statement: str
) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(
            text(
                "update access_register set started_at = now(), ended_at = now(), end_reason = 'done', bytes_sent = 1"
            )
        )
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.transaction() as tx:
            await tx.connection.execute(text(statement))
