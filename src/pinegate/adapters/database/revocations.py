"""Revocation orders, and what each ends."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.access import AccessRows
from pinegate.adapters.database.driver import Driver
from pinegate.adapters.database.tables import (
    applications,
    grants,
    information_systems,
    organizations,
    persons,
    portal_sessions,
    revocation_receipts,
    revocations,
    roster_entries,
)
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import Grant, GrantState
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.parties import PersonState, Standing
from pinegate.usecases.revocations.ports import RevocationRecord


class RevocationRows:
    """Implements ``usecases.revocations.ports.RevocationStore``, and reads for the register of orders."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def applications_of(self, scope: RevocationScope, target_id: str) -> Sequence[str]:
        by_system = scope is RevocationScope.SYSTEM
        column = applications.c.system_id if by_system else applications.c.organization_id
        query = select(applications.c.id).where(column == target_id).order_by(applications.c.id)
        return (await self._connection.execute(query)).scalars().all()

    async def grants_of(self, scope: RevocationScope, target_id: str) -> Sequence[Grant]:
        column = grants.c.id if scope is RevocationScope.GRANT else grants.c.point_id
        query = select(grants).where(column == target_id).order_by(grants.c.id).with_for_update()
        return [
            Grant(
                id=row.id,
                application_id=row.application_id,
                organization_id=row.organization_id,
                system_id=row.system_id,
                point_id=row.point_id,
                operations=frozenset(Operation(operation) for operation in row.operations),
                state=GrantState(row.state),
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                version=row.version,
            )
            for row in await self._connection.execute(query)
        ]

    async def running_pictures(self, target_ids: Sequence[str]) -> int:
        return await AccessRows(Driver(self._connection)).count_running(target_ids)

    async def close_rosters_of(self, person_id: str) -> Sequence[str]:
        entry = roster_entries.c
        closing = update(roster_entries).where(entry.person_id == person_id, ~entry.removed)
        closed = await self._connection.execute(closing.values(removed=True).returning(entry.system_id))
        return closed.scalars().all()

    async def set_person_state(self, person_id: str, state: PersonState) -> None:
        await self._connection.execute(update(persons).where(persons.c.id == person_id).values(state=state))

    async def set_standing(self, organization_id: str, standing: Standing) -> None:
        unit = organizations.c.id == organization_id
        await self._connection.execute(update(organizations).where(unit).values(standing=standing))

    async def end_sessions_of_unit(self, organization_id: str, now: datetime) -> None:
        own = select(persons.c.id).where(persons.c.organization_id == organization_id)
        session = portal_sessions.c
        ending = update(portal_sessions).where(session.person_id.in_(own), session.ended_at.is_(None))
        await self._connection.execute(ending.values(ended_at=now))

    async def add(self, record: RevocationRecord) -> None:
        await self._connection.execute(insert(revocations).values(**asdict(record)))

    async def orders(
        self, organization_id: str | None, limit: int, offset: int, only: str | None = None
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        """Orders, newest first, with who gave them; of one unit's things where ``organization_id`` is given."""
        condition: ColumnElement[bool] = (
            revocations.c.id.is_not(None) if only is None else revocations.c.id == only
        )
        if organization_id is not None:
            condition = condition & revocations.c.target_id.in_(_things_of(organization_id))
        query = (
            select(revocations, persons.c.name.label("ordered_by_name"))
            .join(persons, persons.c.id == revocations.c.ordered_by)
            .where(condition)
            .order_by(revocations.c.ordered_at.desc(), revocations.c.id)
            .limit(limit)
            .offset(offset)
        )
        total = await self._connection.execute(select(func.count()).select_from(revocations).where(condition))
        return (await self._connection.execute(query)).all(), total.scalar_one()

    async def target_name(self, scope: RevocationScope, target_id: str) -> str:
        """What people call the thing that an order ends."""
        named = {
            RevocationScope.APPLICATION: (applications.c.number, applications.c.id),
            RevocationScope.SYSTEM: (information_systems.c.name, information_systems.c.id),
            RevocationScope.PERSON: (persons.c.name, persons.c.id),
            RevocationScope.ORGANIZATION: (organizations.c.name, organizations.c.id),
        }
        if scope not in named:
            return target_id
        name, key = named[scope]
        found = await self._connection.execute(select(name).where(key == target_id))
        return cast("str | None", found.scalar_one_or_none()) or target_id

    async def receipts(
        self, scope: RevocationScope, target_id: str, organization_id: str | None
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        """The applications that an order concerns, each with its receipts (null where none is written).

        ``organization_id``: only this unit's own.
        """
        concerned = {
            RevocationScope.APPLICATION: applications.c.id == target_id,
            RevocationScope.SYSTEM: applications.c.system_id == target_id,
            RevocationScope.ORGANIZATION: applications.c.organization_id == target_id,
        }.get(
            scope,
            applications.c.id.in_(
                select(grants.c.application_id).where(
                    or_(grants.c.id == target_id, grants.c.point_id == target_id)
                )
            ),
        )
        query = (
            select(
                applications.c.id,
                applications.c.number,
                applications.c.state,
                revocation_receipts.c.kind,
                revocation_receipts.c.affected,
                revocation_receipts.c.done_at,
            )
            .join(
                revocation_receipts, revocation_receipts.c.application_id == applications.c.id, isouter=True
            )
            .where(
                concerned
                if organization_id is None
                else concerned & (applications.c.organization_id == organization_id)
            )
            .order_by(applications.c.number, revocation_receipts.c.kind)
            .limit(1000)
        )
        return (await self._connection.execute(query)).all()


def _things_of(organization_id: str) -> Any:
    """Ids of everything of a unit that an order may end."""
    return (
        select(applications.c.id)
        .where(applications.c.organization_id == organization_id)
        .union_all(
            select(grants.c.id).where(grants.c.organization_id == organization_id),
            select(grants.c.point_id).where(grants.c.organization_id == organization_id),
            select(information_systems.c.id).where(information_systems.c.organization_id == organization_id),
            select(persons.c.id).where(persons.c.organization_id == organization_id),
            select(organizations.c.id).where(organizations.c.id == organization_id),
        )
    )
