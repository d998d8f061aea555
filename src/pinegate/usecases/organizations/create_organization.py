"""The security administrator enters an organization."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction


async def create_organization(
    tx: OrganizationTransaction,
    kind: OrganizationKind,
    name: str,
    address: str,
    nature: OrganizationNature,
    act: Act,
) -> OrganizationRecord:
    """Names are unique."""
    Permission.KEEP_ORGANIZATIONS.require(act.person)
    if await tx.organizations.name_is_taken(name):
        raise InvalidInputError("name", "an organization of this name exists")
    organization = OrganizationRecord(act.new_id(), kind, name, address, nature)
    await tx.organizations.add_organization(organization)
    await tx.audit.append(
        act.event(
            AuditEventName.ORGANIZATION_CREATED, "organization", organization.id, kind=kind.value, name=name
        )
    )
    return organization
