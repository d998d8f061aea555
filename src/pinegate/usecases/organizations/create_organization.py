"""An organization is entered, after a second person confirmed it."""

from dataclasses import dataclass

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """Its particulars of Annex 1."""

    kind: OrganizationKind
    name: str
    address: str
    nature: OrganizationNature


async def check_new_organization(tx: OrganizationTransaction, new: NewOrganization) -> None:
    """Names are unique. Raises InvalidInputError."""
    if await tx.organizations.name_is_taken(new.name):
        raise InvalidInputError("name", "an organization of this name exists")


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
