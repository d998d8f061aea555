"""A unit says who may know the pictures of one of its systems (Annex 2 clause 2.3)."""

from pinegate.domain.organizations.parties import PersonState
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction
from pinegate.usecases.organizations.roster_step import check_may_keep, record_roster_change


async def put_on_roster(tx: OrganizationTransaction, system_id: str, person_id: str, act: Act) -> None:
    """Need to know: a person of the same unit. Pictures come only after they have acknowledged."""
    await check_may_keep(tx, system_id, act)
    person = await tx.organizations.person(person_id)
    if person is None or person.organization_id != act.person.organization_id:
        raise NotFoundError
    if person.state is PersonState.REMOVED:
        raise NotFoundError
    if await tx.organizations.put_on_roster(system_id, person_id, act.now):
        await record_roster_change(tx, system_id, person_id, True, act)
