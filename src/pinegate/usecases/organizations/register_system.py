"""A unit enters one of its information systems, for which it may then apply."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError
from pinegate.usecases.organizations.ports import OrganizationTransaction


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
