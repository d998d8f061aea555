"""A new person of an organization, with an account where one is asked for: what nominating and confirming do."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import PersonState
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.person_step import NewPerson, check_new_person
from pinegate.usecases.organizations.ports import (
    OrganizationTransaction,
    PersonRecord,
)


async def enter_person(
    tx: OrganizationTransaction, organization_id: str, new: NewPerson, state: PersonState, act: Act
) -> PersonRecord:
    """With ``new.login``: an account without a password, which the person chooses in enrolling. Raises as the check."""
    await check_new_person(tx, organization_id, new)
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
