"""What every change of a roster has in common: whose it is to make, and how it is written down."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction
from pinegate.usecases.transaction import ChangeScope


async def check_may_keep(tx: OrganizationTransaction, system_id: str, act: Act) -> None:
    """Raises NotFoundError for another unit's system, ``role_may_not`` for who keeps none."""
    if await tx.organizations.organization_of_system(system_id) != act.person.organization_id:
        raise NotFoundError
    Permission.KEEP_ROSTERS.require(act.person)


async def record_roster_change(
    tx: OrganizationTransaction, system_id: str, person_id: str, on_roster: bool, act: Act
) -> None:
    """Audited; the person's running pictures are decided on again."""
    await tx.audit.append(
        act.event(AuditEventName.ROSTER_CHANGED, "system", system_id, person=person_id, on_roster=on_roster)
    )
    await tx.changes.publish(ChangeScope.PERSON, person_id)
