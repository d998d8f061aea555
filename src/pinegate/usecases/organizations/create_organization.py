"""An organization is entered, after a second person confirmed it."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.organization_step import NewOrganization, check_new_organization
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction


async def create_organization(
    tx: OrganizationTransaction, new: NewOrganization, act: Act
) -> OrganizationRecord:
    """Raises as the check."""
    await check_new_organization(tx, new)
    organization = OrganizationRecord(act.new_id(), new.kind, new.name, new.address, new.nature)
    await tx.organizations.add_organization(organization)
    await tx.audit.append(
        act.event(
            AuditEventName.ORGANIZATION_CREATED,
            "organization",
            organization.id,
            kind=new.kind.value,
            name=new.name,
        )
    )
    return organization
