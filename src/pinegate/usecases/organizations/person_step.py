"""What entering and changing a person have in common."""

from dataclasses import dataclass

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import SHUT_OUT
from pinegate.domain.organizations.person_states import check_roles
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.organizations.ports import (
    OrganizationRecord,
    OrganizationTransaction,
    PersonRecord,
)
from pinegate.usecases.transaction import ChangeScope


@dataclass(frozen=True, slots=True)
class NewPerson:
    """``login`` empty: the person appears in papers and on rosters of programs, but cannot sign in."""

    name: str
    staff_number: str
    mobile: str
    email: str
    roles: frozenset[Role]
    login: str = ""


async def check_new_person(
    tx: OrganizationTransaction, organization_id: str, new: NewPerson
) -> OrganizationRecord:
    """The organization that takes the person in.

    Raises:
        RuleRefusedError: roles that do not sit together or not in such an organization.
        InvalidInputError: staff number or login is taken.
    """
    organization = await tx.organizations.organization(organization_id)
    if organization is None:
        raise NotFoundError
    check_roles(new.roles, organization.kind)
    if await tx.organizations.staff_number_is_taken(organization_id, new.staff_number):
        raise InvalidInputError("staff_number", "taken by another person of this organization")
    if new.login and await tx.organizations.login_is_taken(new.login):
        raise InvalidInputError("login", "taken")
    return organization


async def save_changed_person(
    tx: OrganizationTransaction, before: PersonRecord, after: PersonRecord, act: Act
) -> PersonRecord:
    """Store it with its audit event; who is shut out is signed out, and the person's pictures are decided on again."""
    await tx.organizations.save_person(after)
    if after.state in SHUT_OUT:
        await tx.organizations.end_portal_sessions(after.id, act.now)
    await tx.audit.append(
        act.event(
            AuditEventName.PERSON_CHANGED,
            "person",
            after.id,
            roles_before=sorted(before.roles),
            roles=sorted(after.roles),
            **{"from": before.state.value, "to": after.state.value},
        )
    )
    await tx.changes.publish(ChangeScope.PERSON, after.id)
    return after
