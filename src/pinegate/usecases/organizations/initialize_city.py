"""The very first persons: the three administrators (三员), two of whom then enter everything else.

Nobody confirms them but whoever holds the machine. None of the three decides on pictures, and none makes a person
alone; so the machine's keeper hands each their own link, in the presence of the other two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pinegate.domain.organizations.parties import Actor, OrganizationNature
from pinegate.domain.organizations.person_states import state_of_confirmed
from pinegate.domain.organizations.roles import ROLE_SITS_IN, OrganizationKind, Role
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.create_organization import create_organization
from pinegate.usecases.organizations.enter_person import enter_person
from pinegate.usecases.organizations.organization_step import NewOrganization
from pinegate.usecases.organizations.person_step import NewPerson
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction


class AlreadyInitializedError(Exception):
    """The city has its first accounts already; sign in as security administrator and propose others there."""


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """``role``: one of the three of ``ADMINISTRATORS``."""

    role: Role
    name: str
    login: str


async def initialize_city(
    tx: OrganizationTransaction,
    bureau_name: str,
    operator_name: str,
    administrators: Sequence[FirstAdministrator],
    act: Act,
) -> list[Actor]:
    """Enter the data bureau and the operator with their administrators, who have yet to enrol; only into an empty city.

    Raises:
        AlreadyInitializedError: there is an organization already.
    """
    if await tx.organizations.any_organization():
        raise AlreadyInitializedError
    kinds = {OrganizationKind.DATA_BUREAU: bureau_name, OrganizationKind.OPERATOR: operator_name}
    homes = {kind: await _enter_organization(tx, kind, name, act) for kind, name in kinds.items()}
    return [
        await _enter_person(tx, homes[ROLE_SITS_IN[first.role]], first, number, act)
        for number, first in enumerate(administrators, 1)
    ]


async def _enter_organization(
    tx: OrganizationTransaction, kind: OrganizationKind, name: str, act: Act
) -> OrganizationRecord:
    nature = (
        OrganizationNature.GOVERNMENT if kind is OrganizationKind.DATA_BUREAU else OrganizationNature.OTHER
    )
    return await create_organization(tx, NewOrganization(kind, name, "", nature), act)


async def _enter_person(
    tx: OrganizationTransaction, home: OrganizationRecord, first: FirstAdministrator, number: int, act: Act
) -> Actor:
    new = NewPerson(first.name, str(number), "", "", frozenset({first.role}), first.login)
    person = await enter_person(tx, home.id, new, state_of_confirmed(home.kind), act)
    return Actor(person.id, home.id, home.kind, person.roles, person.name)
