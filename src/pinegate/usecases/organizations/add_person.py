"""A new person of an organization, with an account where one is asked for."""

from dataclasses import dataclass

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.person_states import check_roles, first_state
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction, PersonRecord


@dataclass(frozen=True, slots=True)
class NewPerson:
    """``login`` empty: the person appears in papers and on rosters of programs, but cannot sign in."""

    name: str
    staff_number: str
    mobile: str
    email: str
    roles: frozenset[Role]
    login: str = ""


async def add_person(
    tx: OrganizationTransaction, organization_id: str, new: NewPerson, act: Act
) -> PersonRecord:
    """With ``new.login``: an account without a password, which the person chooses in enrolling.

    Raises:
        RuleRefusedError: not the actor's to add; roles that do not sit together or not in such an organization.
        InvalidInputError: staff number or login is taken.
    """
    organization = await tx.organizations.organization(organization_id)
    if organization is None:
        raise NotFoundError
    own = organization_id == act.person.organization_id
    state = first_state(organization.kind, new.roles, act.person, own=own)
    check_roles(new.roles, organization.kind)
    if await tx.organizations.staff_number_is_taken(organization_id, new.staff_number):
        raise InvalidInputError("staff_number", "taken by another person of this organization")
    if new.login and await tx.organizations.login_is_taken(new.login):
        raise InvalidInputError("login", "taken")
    person = PersonRecord(
        id=act.new_id(),
        organization_id=organization_id,
        name=new.name,
        staff_number=new.staff_number,
        mobile=new.mobile,
        email=new.email,
        roles=new.roles,
        state=state,
    )
    await tx.organizations.add_person(person)
    if new.login:
        await tx.organizations.add_account(person.id, new.login)
    await tx.audit.append(
        act.event(
            AuditEventName.PERSON_CREATED,
            "person",
            person.id,
            organization=organization_id,
            roles=sorted(new.roles),
            account=bool(new.login),
        )
    )
    return person
