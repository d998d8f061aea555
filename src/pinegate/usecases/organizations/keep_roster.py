"""A unit's information systems and who may know their pictures (Annex 2 clauses 2.1 and 2.3)."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import PersonnelState
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction
from pinegate.usecases.transaction import ChangeScope


async def register_system(tx: OrganizationTransaction, name: str, description: str, act: Act) -> str:
    """信息化系统 of the clerk's own unit; gives its id."""
    Permission.REGISTER_SYSTEMS.require(act.person)
    organization_id = act.person.organization_id
    if await tx.organizations.system_name_is_taken(organization_id, name):
        raise InvalidInputError("name", "the unit has a system of this name")
    system_id = act.new_id()
    await tx.organizations.add_system(system_id, organization_id, name, description)
    await tx.audit.append(act.event(AuditEventName.SYSTEM_CREATED, "system", system_id, name=name))
    return system_id


async def put_on_roster(tx: OrganizationTransaction, system_id: str, person_id: str, act: Act) -> None:
    """Need to know: a person of the same unit. Pictures come only after they have acknowledged."""
    await _own_system(tx, system_id, act)
    person = await tx.organizations.person(person_id)
    if person is None or person.organization_id != act.person.organization_id:
        raise NotFoundError
    if person.state is PersonnelState.REMOVED:
        raise NotFoundError
    if await tx.organizations.put_on_roster(system_id, person_id, act.now):
        await _changed(tx, system_id, person_id, True, act)


async def take_off_roster(tx: OrganizationTransaction, system_id: str, person_id: str, act: Act) -> None:
    """The person's running pictures of this system end."""
    await _own_system(tx, system_id, act)
    if not await tx.organizations.take_off_roster(system_id, person_id):
        raise NotFoundError
    await _changed(tx, system_id, person_id, False, act)


async def _own_system(tx: OrganizationTransaction, system_id: str, act: Act) -> None:
    if await tx.organizations.organization_of_system(system_id) != act.person.organization_id:
        raise NotFoundError
    Permission.KEEP_ROSTERS.require(act.person)


async def _changed(
    tx: OrganizationTransaction, system_id: str, person_id: str, on_roster: bool, act: Act
) -> None:
    await tx.audit.append(
        act.event(AuditEventName.ROSTER_CHANGED, "system", system_id, person=person_id, on_roster=on_roster)
    )
    await tx.changes.publish(ChangeScope.PERSON, person_id)
