"""Organizations, persons with accounts and portal sessions, information systems, rosters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert

from pinegate.adapters.database.tables import (
    accounts,
    information_systems,
    organizations,
    persons,
    portal_sessions,
    roster_entries,
)
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.organizations.parties import Actor, PersonState
from pinegate.domain.organizations.roles import ROLE_SITS_IN, OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.signed_in import token_digest


def fresh_id() -> str:
    return str(uuid4())


@dataclass(frozen=True)
class Person:
    """A person as tests speak of them."""

    id: str
    organization_id: str
    organization_kind: OrganizationKind
    name: str
    login: str
    staff_number: str
    roles: frozenset[Role]

    @property
    def actor(self) -> Actor:
        return Actor(self.id, self.organization_id, self.organization_kind, self.roles, self.name)


@dataclass(frozen=True)
class City:
    """Six organizations and one person for every role (of the using-unit roles: in ``unit``).

    ``others`` holds a second person for every role: another clerk of the same unit, another approver …
    ``outsiders`` are clerk, leader and viewer of ``other_unit``.
    """

    unit: str
    other_unit: str
    police: str
    committee: str
    bureau: str
    operator: str
    persons: Mapping[Role, Person]
    others: Mapping[Role, Person]
    outsiders: Mapping[Role, Person]
    system: str
    other_system: str


async def add_organization(tx: Transaction, kind: OrganizationKind, name: str = "") -> str:
    organization_id = fresh_id()
    row = {"id": organization_id, "kind": kind, "name": name or f"{kind} {organization_id[:8]}"}
    await tx.connection.execute(insert(organizations).values(**row, address="屯溪区"))
    return organization_id


async def add_person(
    tx: Transaction,
    organization_id: str,
    kind: OrganizationKind,
    *roles: Role,
    name: str = "",
    state: PersonState = PersonState.ACCOUNT_ACTIVE,
) -> Person:
    person_id = fresh_id()
    login, number = f"login-{person_id[:8]}", f"N{person_id[:8]}"
    person = Person(person_id, organization_id, kind, name or f"人{number}", login, number, frozenset(roles))
    await tx.connection.execute(
        insert(persons).values(
            id=person_id,
            organization_id=organization_id,
            name=person.name,
            staff_number=number,
            roles=list(roles),
            state=state,
        )
    )
    await tx.connection.execute(insert(accounts).values(person_id=person_id, login=login, password_hash="!"))
    return person


async def add_system(tx: Transaction, organization_id: str, name: str = "") -> str:
    system_id = fresh_id()
    row = {"id": system_id, "organization_id": organization_id, "name": name or f"系统 {system_id[:8]}"}
    await tx.connection.execute(insert(information_systems).values(**row))
    return system_id


async def add_to_roster(tx: Transaction, system_id: str, person_id: str) -> None:
    await tx.connection.execute(insert(roster_entries).values(system_id=system_id, person_id=person_id))


async def add_portal_session(tx: Transaction, person_id: str, now: datetime) -> str:
    """A running portal session; answers its token (the cookie's value)."""
    token = fresh_id()
    await tx.connection.execute(
        insert(portal_sessions).values(
            id=fresh_id(),
            token_digest=token_digest(token),
            person_id=person_id,
            client_host="127.0.0.1",
            created_at=now,
            last_seen_at=now,
        )
    )
    return token


async def add_city(tx: Transaction) -> City:
    kind = OrganizationKind
    home = {k: await add_organization(tx, k) for k in kind if k is not kind.SOCIAL_OWNER}
    other_unit = await add_organization(tx, kind.USING_UNIT)

    async def one_of_each() -> dict[Role, Person]:
        return {role: await add_person(tx, home[sits], sits, role) for role, sits in ROLE_SITS_IN.items()}

    unit_roles = (Role.UNIT_CLERK, Role.UNIT_LEADER, Role.UNIT_VIEWER)
    return City(
        unit=home[kind.USING_UNIT],
        other_unit=other_unit,
        police=home[kind.POLICE],
        committee=home[kind.POLITICAL_LEGAL_COMMITTEE],
        bureau=home[kind.DATA_BUREAU],
        operator=home[kind.OPERATOR],
        persons=await one_of_each(),
        others=await one_of_each(),
        outsiders={role: await add_person(tx, other_unit, kind.USING_UNIT, role) for role in unit_roles},
        system=await add_system(tx, home[kind.USING_UNIT]),
        other_system=await add_system(tx, other_unit),
    )
