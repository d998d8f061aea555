"""The very first organization and account, from which everything else is entered by somebody accountable."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import Actor, OrganizationNature, PersonState
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction, PersonRecord


class AlreadyInitializedError(Exception):
    """The city has its first account already; sign in as security administrator and add others there."""


async def initialize_city(
    tx: OrganizationTransaction,
    bureau_name: str,
    person_name: str,
    login: str,
    password_hash: str,
    act: Act,
) -> Actor:
    """Enter the data bureau and its security administrator; only into an empty city.

    Raises:
        AlreadyInitializedError: there is an organization already.
    """
    if await tx.organizations.any_organization():
        raise AlreadyInitializedError
    bureau = OrganizationRecord(
        act.new_id(), OrganizationKind.DATA_BUREAU, bureau_name, "", OrganizationNature.GOVERNMENT
    )
    person = PersonRecord(
        id=act.new_id(),
        organization_id=bureau.id,
        name=person_name,
        staff_number="1",
        mobile="",
        email="",
        roles=frozenset({Role.SECURITY_ADMIN}),
        state=PersonState.ACCOUNT_ACTIVE,
    )
    await tx.organizations.add_organization(bureau)
    await tx.organizations.add_person(person)
    await tx.organizations.add_account(person.id, login, password_hash)
    await tx.audit.append(
        act.event(AuditEventName.ORGANIZATION_CREATED, "organization", bureau.id, name=bureau_name),
        act.event(
            AuditEventName.PERSON_CREATED, "person", person.id, roles=[Role.SECURITY_ADMIN], account=True
        ),
    )
    return Actor(person.id, bureau.id, OrganizationKind.DATA_BUREAU, person.roles, person_name)
