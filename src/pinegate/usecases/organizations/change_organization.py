"""The security administrator changes an organization, or ends or suspends its standing."""

from dataclasses import replace

from pinegate.domain.organizations.parties import OrganizationNature, Standing
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.organizations.organization_step import save_changed_organization
from pinegate.usecases.organizations.ports import OrganizationRecord, OrganizationTransaction


async def change_organization(
    tx: OrganizationTransaction,
    organization_id: str,
    act: Act,
    *,
    name: str | None = None,
    address: str | None = None,
    nature: OrganizationNature | None = None,
    standing: Standing | None = None,
) -> OrganizationRecord:
    """None leaves as it is. A change of standing is a change of access for everybody of the organization.

    Raises:
        RuleRefusedError: ``second_person_missing`` for letting one back in, which is proposed.
    """
    Permission.KEEP_ORGANIZATIONS.require(act.person)
    before = await tx.organizations.organization(organization_id, lock=True)
    if before is None:
        raise NotFoundError
    if standing is Standing.ACTIVE and before.standing is not Standing.ACTIVE:
        raise RuleRefusedError(Refusal.SECOND_PERSON_MISSING, {"field": "standing"})
    if name is not None and name != before.name and await tx.organizations.name_is_taken(name):
        raise InvalidInputError("name", "an organization of this name exists")
    if (
        standing is not Standing.ACTIVE
        and standing is not None
        and organization_id == act.person.organization_id
    ):
        raise InvalidInputError("standing", "nobody shuts out the own organization")
    after = replace(
        before,
        name=before.name if name is None else name,
        address=before.address if address is None else address,
        nature=nature or before.nature,
        standing=standing or before.standing,
    )
    return await save_changed_organization(tx, before, after, act)
