"""Accounts and portal sessions."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_change
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    accounts,
    enrolments,
    organizations,
    persons,
    portal_sessions,
)
from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.domain.organizations.parties import Actor, PersonState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.identity.ports import Account, PortalSession

_SESSION_COLUMNS = [portal_sessions.c[field.name] for field in fields(PortalSession)]

_ENROLMENT_COLUMNS = [enrolments.c[field.name] for field in fields(Enrolment)]

_PERSON_COLUMNS = (
    accounts.c.login,
    accounts.c.withdrawn_at,
    persons.c.id.label("person_id"),
    persons.c.name,
    persons.c.roles,
    persons.c.state,
    organizations.c.id.label("organization_id"),
    organizations.c.name.label("organization_name"),
    organizations.c.kind,
    organizations.c.standing,
)

_ACCOUNT = (
    select(
        *_PERSON_COLUMNS,
        accounts.c.password_hash,
        accounts.c.totp_secret,
        accounts.c.totp_last_step,
        accounts.c.failed_attempts,
        accounts.c.locked_until,
    )
    .select_from(accounts)
    .join(persons, persons.c.id == accounts.c.person_id)
    .join(organizations, organizations.c.id == persons.c.organization_id)
)


def actor_of(row: Any) -> Actor:
    """The person of a row that names ``kind`` and the columns of persons."""
    return Actor(
        person_id=row.person_id,
        organization_id=row.organization_id,
        organization_kind=OrganizationKind(row.kind),
        roles=frozenset(Role(role) for role in row.roles),
        name=row.name,
    )


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(
        actor=actor_of(row),
        organization_name=row.organization_name,
        login=row.login,
        password_hash=row.password_hash,
        totp_secret=row.totp_secret,
        totp_last_step=row.totp_last_step,
        failed_attempts=row.failed_attempts,
        locked_until=row.locked_until,
        withdrawn_at=row.withdrawn_at,
        state=PersonState(row.state),
        standing=Standing(row.standing),
    )


class IdentityRows:
    """Implements ``usecases.identity.ports.IdentityStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def account_of_login(self, login: str, *, lock: bool = False) -> Account | None:
        return await self._account(accounts.c.login == login, lock=lock)

    async def account_of_person(self, person_id: str, *, lock: bool = False) -> Account | None:
        return await self._account(accounts.c.person_id == person_id, lock=lock)

    async def _account(self, condition: Any, *, lock: bool) -> Account | None:
        query = _ACCOUNT.where(condition)
        if lock:
            query = query.with_for_update(of=accounts)
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else _account(row)

    async def all_accounts(self) -> Sequence[Account]:
        """Of everybody who may sign in: for the demonstration's page only."""
        query = _ACCOUNT.where(accounts.c.withdrawn_at.is_(None)).order_by(
            organizations.c.kind, persons.c.name
        )
        return [_account(row) for row in await self._connection.execute(query)]

    async def count_failure(
        self, person_id: str, failed_attempts: int, locked_until: datetime | None
    ) -> None:
        await self._change(person_id, failed_attempts=failed_attempts, locked_until=locked_until)

    async def clear_failures(self, person_id: str) -> None:
        await self._change(person_id, failed_attempts=0, locked_until=None)

    async def set_password(self, person_id: str, password_hash: str) -> None:
        await self._change(person_id, password_hash=password_hash)

    async def enrolment(self, person_id: str, *, lock: bool = False) -> Enrolment | None:
        return await self._enrolment(enrolments.c.person_id == person_id, lock=lock)

    async def enrolment_of_link(self, link_digest: bytes) -> Enrolment | None:
        return await self._enrolment(enrolments.c.link_digest == link_digest, lock=False)

    async def _enrolment(self, condition: ColumnElement[bool], *, lock: bool) -> Enrolment | None:
        query = select(*_ENROLMENT_COLUMNS).where(condition)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else Enrolment(*row)

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        row = {field.name: getattr(enrolment, field.name) for field in fields(Enrolment)}
        new = insert_or_change(enrolments).values(**row)
        await self._connection.execute(
            new.on_conflict_do_update(index_elements=[enrolments.c.person_id], set_=row)
        )

    async def set_totp(self, person_id: str, sealed_secret: bytes | None, last_step: int | None) -> None:
        await self._change(person_id, totp_secret=sealed_secret, totp_last_step=last_step)

    async def _change(self, person_id: str, **values: object) -> None:
        await self._connection.execute(
            update(accounts).where(accounts.c.person_id == person_id).values(**values)
        )

    async def add_session(self, session: PortalSession, token_digest: bytes) -> None:
        await self._connection.execute(
            insert(portal_sessions).values(
                id=session.id,
                token_digest=token_digest,
                person_id=session.person_id,
                client_host=session.client_host,
                user_agent=session.user_agent,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at,
            )
        )

    async def running_sessions(self, person_id: str, idle_since: datetime) -> Sequence[PortalSession]:
        query = (
            select(*_SESSION_COLUMNS)
            .where(
                portal_sessions.c.person_id == person_id,
                portal_sessions.c.ended_at.is_(None),
                portal_sessions.c.last_seen_at >= idle_since,
            )
            .order_by(portal_sessions.c.created_at.desc())
            .limit(100)
        )
        return [PortalSession(*row) for row in await self._connection.execute(query)]

    async def end_sessions(
        self, person_id: str, now: datetime, *, only: str | None = None, but: str | None = None
    ) -> Sequence[str]:
        statement = update(portal_sessions).where(
            portal_sessions.c.person_id == person_id, portal_sessions.c.ended_at.is_(None)
        )
        if only is not None:
            statement = statement.where(portal_sessions.c.id == only)
        if but is not None:
            statement = statement.where(portal_sessions.c.id != but)
        ended = await self._connection.execute(statement.values(ended_at=now).returning(portal_sessions.c.id))
        return list(ended.scalars())

    async def end_idle_sessions(self, idle_since: datetime, created_before: datetime, now: datetime) -> int:
        """End what nobody touched since ``idle_since``, and what is older than a day's work."""
        ended = await self._connection.execute(
            update(portal_sessions)
            .where(
                portal_sessions.c.ended_at.is_(None),
                (portal_sessions.c.last_seen_at < idle_since)
                | (portal_sessions.c.created_at < created_before),
            )
            .values(ended_at=now)
        )
        return ended.rowcount

    async def touch_session(self, session_id: str, now: datetime) -> None:
        """The person is at work."""
        await self._connection.execute(
            update(portal_sessions).where(portal_sessions.c.id == session_id).values(last_seen_at=now)
        )
