"""What entering and changing an organization have in common."""

from dataclasses import dataclass

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction
from pinegate.usecases.transaction import ChangeScope


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


async def save_changed_organization(
    tx: OrganizationTransaction, before: OrganizationRecord, after: OrganizationRecord, act: Act
) -> OrganizationRecord:
    """Store it with its audit event; the pictures of its people are decided on again where its standing changed."""
    await tx.organizations.save_organization(after)
    await tx.audit.append(
        act.event(
            AuditEventName.ORGANIZATION_CHANGED,
            "organization",
            after.id,
            name=after.name,
            standing=after.standing.value,
        )
    )
    if after.standing is not before.standing:
        await tx.changes.publish(ChangeScope.ORGANIZATION, after.id)
    return after
