"""Whoever asked for the person draws the link, and hands it over; the link drawn before is void.

Where a second person confirmed, that one holds a code, and the link alone opens nothing. So the security administrator
draws links of such enrolments only, and a unit's leader, who has no second person, those of the own viewers.
"""

from dataclasses import replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.ports import IdentityTransaction


async def issue_enrolment_link(
    tx: IdentityTransaction, person_id: str, link_digest: bytes, act: Act
) -> Enrolment:
    """``link_digest``: of the link's secret, which only the answer holds.

    Raises:
        NotFoundError: no such account, or (for a unit's leader) another unit's.
        RuleRefusedError: ``enrolment_not_open``; ``role_may_not`` where the enrolment is not this actor's.
    """
    Permission.DRAW_ENROLMENT_LINKS.require(act.person)
    account = await tx.identity.account_of_person(person_id, lock=True)
    if account is None or not act.person.reaches(account.actor.organization_id):
        raise NotFoundError
    enrolment = await tx.identity.enrolment(person_id, lock=True)
    if enrolment is None or not enrolment.is_open(act.now):
        raise RuleRefusedError(Refusal.ENROLMENT_NOT_OPEN)
    leads = act.person.organization_id == account.actor.organization_id
    if enrolment.code_digest is None and not (Permission.NOMINATE_VIEWERS.held_by(act.person) and leads):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT)
    if enrolment.code_digest is not None and not Permission.KEEP_PEOPLE.held_by(act.person):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT)
    issued = replace(enrolment, link_digest=link_digest)
    await tx.identity.save_enrolment(issued)
    await tx.audit.append(act.event(AuditEventName.ENROLMENT_LINK_ISSUED, "person", person_id))
    return issued
