"""A person need no longer know the pictures of a system."""

from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction
from pinegate.usecases.organizations.roster_step import check_may_keep, record_roster_change


async def take_off_roster(tx: OrganizationTransaction, system_id: str, person_id: str, act: Act) -> None:
    """The person's running pictures of this system end."""
    await check_may_keep(tx, system_id, act)
    if not await tx.organizations.take_off_roster(system_id, person_id):
        raise NotFoundError
    await record_roster_change(tx, system_id, person_id, False, act)
