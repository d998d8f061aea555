"""Organizations, persons, accounts, systems, rosters and acknowledgements."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_change
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    accounts,
    acknowledgements,
    agreements,
    applications,
    information_systems,
    organizations,
    persons,
    portal_sessions,
    roster_entries,
)
from pinegate.domain.agreements.agreement import IN_FORCE
from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.organizations.ports import Duty, OrganizationRecord, PersonRecord


class OrganizationRows:
    """Implements ``usecases.organizations.ports.OrganizationStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def _exists(self, table: FromClause, *conditions: ColumnElement[bool]) -> bool:
        query = select(func.count()).select_from(table).where(*conditions)
        return (await self._connection.execute(query)).scalar_one() > 0

    async def organization(self, organization_id: str, *, lock: bool = False) -> OrganizationRecord | None:
        query = select(organizations).where(organizations.c.id == organization_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        return OrganizationRecord(
            row.id,
            OrganizationKind(row.kind),
            row.name,
            row.address,
            OrganizationNature(row.nature),
            Standing(row.standing),
        )

    async def any_organization(self) -> bool:
        return await self._exists(organizations)

    async def name_is_taken(self, name: str) -> bool:
        return await self._exists(organizations, organizations.c.name == name)

    async def add_organization(self, organization: OrganizationRecord) -> None:
        values = _organization_values(organization)
        await self._connection.execute(insert(organizations).values(id=organization.id, **values))

    async def save_organization(self, organization: OrganizationRecord) -> None:
        row = update(organizations).where(organizations.c.id == organization.id)
        await self._connection.execute(row.values(**_organization_values(organization)))

    async def person(self, person_id: str, *, lock: bool = False) -> PersonRecord | None:
        query = select(persons).where(persons.c.id == person_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        return PersonRecord(
            id=row.id,
            organization_id=row.organization_id,
            name=row.name,
            staff_number=row.staff_number,
            mobile=row.mobile,
            email=row.email,
            roles=frozenset(Role(role) for role in row.roles),
            state=PersonState(row.state),
        )

    async def staff_number_is_taken(self, organization_id: str, staff_number: str) -> bool:
        mine = persons.c.organization_id == organization_id
        return await self._exists(persons, mine, persons.c.staff_number == staff_number)

    async def login_is_taken(self, login: str) -> bool:
        return await self._exists(accounts, accounts.c.login == login)

    async def add_person(self, person: PersonRecord) -> None:
        await self._connection.execute(insert(persons).values(id=person.id, **_person_values(person)))

    async def save_person(self, person: PersonRecord) -> None:
        row = update(persons).where(persons.c.id == person.id)
        await self._connection.execute(row.values(**_person_values(person)))

    async def add_account(self, person_id: str, login: str) -> None:
        await self._connection.execute(insert(accounts).values(person_id=person_id, login=login))

    async def end_portal_sessions(self, person_id: str, now: datetime) -> None:
        running = portal_sessions.c.ended_at.is_(None)
        ending = update(portal_sessions).where(portal_sessions.c.person_id == person_id, running)
        await self._connection.execute(ending.values(ended_at=now))

    async def system_name_is_taken(self, organization_id: str, name: str) -> bool:
        system = information_systems.c
        mine = system.organization_id == organization_id
        return await self._exists(information_systems, mine, system.name == name)

    async def add_system(self, system_id: str, organization_id: str, name: str, description: str) -> None:
        row = {"id": system_id, "organization_id": organization_id, "name": name, "description": description}
        await self._connection.execute(insert(information_systems).values(**row))

    async def organization_of_system(self, system_id: str) -> str | None:
        system = information_systems.c
        query = select(system.organization_id).where(system.id == system_id)
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def put_on_roster(self, system_id: str, person_id: str, now: datetime) -> bool:
        entry = roster_entries.c
        new = insert_or_change(roster_entries).values(
            system_id=system_id, person_id=person_id, removed=False, added_at=now
        )
        put = new.on_conflict_do_update(
            index_elements=[entry.system_id, entry.person_id],
            set_={"removed": False, "added_at": now},
            where=entry.removed,
        ).returning(entry.person_id)
        return (await self._connection.execute(put)).scalar_one_or_none() is not None

    async def take_off_roster(self, system_id: str, person_id: str) -> bool:
        entry = roster_entries.c
        taken = (
            update(roster_entries)
            .where(entry.system_id == system_id, entry.person_id == person_id, ~entry.removed)
            .values(removed=True)
            .returning(entry.person_id)
        )
        return (await self._connection.execute(taken)).scalar_one_or_none() is not None

    async def duty(self, agreement_id: str, person_id: str) -> Duty | None:
        acknowledged = (
            select(acknowledgements.c.person_id)
            .where(acknowledgements.c.agreement_id == agreement_id, acknowledgements.c.person_id == person_id)
            .exists()
        )
        query = (
            select(
                agreements.c.text_version,
                information_systems.c.name.label("system_name"),
                acknowledged.label("acknowledged"),
            )
            .join(applications, applications.c.id == agreements.c.application_id)
            .join(information_systems, information_systems.c.id == applications.c.system_id)
            .join(roster_entries, roster_entries.c.system_id == applications.c.system_id)
            .where(
                agreements.c.id == agreement_id,
                agreements.c.state.in_(IN_FORCE),
                roster_entries.c.person_id == person_id,
                ~roster_entries.c.removed,
            )
        )
        row = (await self._connection.execute(query)).one_or_none()
        return (
            None if row is None else Duty(agreement_id, row.system_name, row.text_version, row.acknowledged)
        )

    async def acknowledge(
        self, agreement_id: str, person_id: str, text_version: int, signature_name: str, now: datetime
    ) -> bool:
        row = insert_or_change(acknowledgements).values(
            agreement_id=agreement_id,
            person_id=person_id,
            text_version=text_version,
            signature_name=signature_name,
            acknowledged_at=now,
        )
        kept = row.on_conflict_do_nothing().returning(acknowledgements.c.person_id)
        return (await self._connection.execute(kept)).scalar_one_or_none() is not None


def _organization_values(organization: OrganizationRecord) -> dict[str, Any]:
    return {
        "kind": organization.kind,
        "name": organization.name,
        "address": organization.address,
        "nature": organization.nature,
        "standing": organization.standing,
    }


def _person_values(person: PersonRecord) -> dict[str, Any]:
    return {
        "organization_id": person.organization_id,
        "name": person.name,
        "staff_number": person.staff_number,
        "mobile": person.mobile,
        "email": person.email,
        "roles": sorted(person.roles),
        "state": person.state,
    }
