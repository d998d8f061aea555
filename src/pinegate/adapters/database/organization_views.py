"""Organizations, their people, systems and rosters, as people look at them. Who may look is the caller's to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    accounts,
    acknowledgements,
    agreements,
    applications,
    enrolments,
    information_systems,
    organizations,
    persons,
    roster_entries,
)
from pinegate.domain.agreements.agreement import IN_FORCE
from pinegate.domain.organizations.enrolment import MOST_FAILED_CODES
from pinegate.domain.organizations.parties import PersonState

Rows = Sequence[Row[*tuple[Any, ...]]]


async def organization_rows(connection: AsyncConnection, only: str = "") -> Rows:
    """All organizations, or one."""
    people = (
        select(func.count())
        .where(persons.c.organization_id == organizations.c.id, persons.c.state != PersonState.REMOVED)
        .scalar_subquery()
    )
    systems = (
        select(func.count())
        .where(information_systems.c.organization_id == organizations.c.id)
        .scalar_subquery()
    )
    query = select(organizations, people.label("person_count"), systems.label("system_count"))
    if only:
        query = query.where(organizations.c.id == only)
    return (await connection.execute(query.order_by(organizations.c.kind, organizations.c.name))).all()


def _people(now: datetime) -> Select[Any]:
    may_enrol = (
        enrolments.c.used_at.is_(None),
        enrolments.c.expires_at > now,
        enrolments.c.failed_codes < MOST_FAILED_CODES,
    )
    return (
        select(
            persons,
            accounts.c.login,
            accounts.c.password_hash.is_not(None).label("enrolled"),
            case((and_(*may_enrol), enrolments.c.expires_at)).label("enrolment_until"),
        )
        .outerjoin(accounts, accounts.c.person_id == persons.c.id)
        .outerjoin(enrolments, enrolments.c.person_id == persons.c.id)
    )


async def people_of(connection: AsyncConnection, organization_id: str, now: datetime) -> Rows:
    query = _people(now).where(persons.c.organization_id == organization_id)
    return (await connection.execute(query.order_by(persons.c.name, persons.c.id))).all()


async def person_row(connection: AsyncConnection, person_id: str, now: datetime) -> Row[*tuple[Any, ...]]:
    return (await connection.execute(_people(now).where(persons.c.id == person_id))).one()


async def system_rows(connection: AsyncConnection, organization_id: str = "", system_id: str = "") -> Rows:
    """Systems of one organization, one system, or all."""
    query = select(information_systems, organizations.c.name.label("organization_name")).join(
        organizations, organizations.c.id == information_systems.c.organization_id
    )
    if organization_id:
        query = query.where(information_systems.c.organization_id == organization_id)
    if system_id:
        query = query.where(information_systems.c.id == system_id)
    return (await connection.execute(query.order_by(organizations.c.name, information_systems.c.name))).all()


async def roster_rows(connection: AsyncConnection, system_id: str) -> Rows:
    """Who is on the roster, and whether each acknowledged every agreement in force for the system."""
    binding = (
        select(agreements.c.id)
        .join(applications, applications.c.id == agreements.c.application_id)
        .where(applications.c.system_id == system_id, agreements.c.state.in_(IN_FORCE))
    )
    signed = (
        select(acknowledgements.c.agreement_id)
        .where(
            acknowledgements.c.agreement_id == agreements.c.id,
            acknowledgements.c.person_id == persons.c.id,
        )
        .correlate(agreements, persons)
        .exists()
    )
    owing = binding.where(~signed).correlate(persons).exists()
    query = (
        select(
            persons.c.id.label("person_id"),
            persons.c.name,
            persons.c.staff_number,
            persons.c.state,
            roster_entries.c.added_at,
            (binding.exists() & ~owing).label("acknowledged"),
        )
        .join(persons, persons.c.id == roster_entries.c.person_id)
        .where(roster_entries.c.system_id == system_id, ~roster_entries.c.removed)
        .order_by(persons.c.name, persons.c.id)
    )
    return (await connection.execute(query)).all()
