"""What every step of a proposal has in common: read under lock, decide, store, audit, tell those who watch."""

from dataclasses import replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.proposal import (
    Proposal,
    ProposalEvent,
    ProposalKind,
    ProposalState,
    decide,
    may_know,
)
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.alert_auditor import alert_auditor
from pinegate.usecases.organizations.ports import PersonTransaction


async def decide_proposal(
    tx: PersonTransaction, proposal_id: str, event: ProposalEvent, text: str, act: Act
) -> Proposal:
    """The proposal as ``event`` leaves it, locked until the transaction ends, not yet stored.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
        RuleRefusedError: as :func:`decide`.
    """
    proposal = await tx.proposals.get(proposal_id, lock=True)
    if proposal is None or not may_know(proposal, act.person):
        raise NotFoundError
    return decide(proposal, event, text, act.person, act.now)


async def record_proposal_step(
    tx: PersonTransaction, after: Proposal, before: ProposalState | None, event: ProposalEvent, act: Act
) -> None:
    """Audit it, alert the audit administrators, and answer the security administrators who proposed."""
    await tx.audit.append(
        act.step_event(
            AuditEventName.PROPOSAL_MOVED,
            "proposal",
            after.id,
            event,
            before,
            after.state,
            kind=after.kind.value,
            organization=after.organization_id,
            person=after.person_id,
            content=dict(after.content),
            reason=after.reason,
            text=after.text,
        )
    )
    details = {
        "kind": after.kind.value,
        "event": event.value,
        "name": await _name(tx, after),
        "by": act.person.name,
        "text": after.text or after.reason,
    }
    await alert_auditor(tx, "proposal.moved", after.id, details, act)
    if event in (ProposalEvent.CONFIRM, ProposalEvent.DECLINE):
        for office in await tx.notices.organizations_of({OrganizationKind.DATA_BUREAU}):
            await tx.notices.post(
                act.new_id(), office, "proposal.moved", after.id, details, act.now, role=Role.SECURITY_ADMIN
            )


async def _name(tx: PersonTransaction, proposal: Proposal) -> str:
    """Of the person or organization that it is about."""
    if proposal.kind in (ProposalKind.PERSON, ProposalKind.ORGANIZATION):
        return str(proposal.content["name"])
    if proposal.person_id is not None:
        person = await tx.organizations.person(proposal.person_id)
        return person.name if person else ""
    organization = await tx.organizations.organization(proposal.organization_id or "")
    return organization.name if organization else ""


def about(proposal: Proposal, organization_id: str | None, person_id: str | None) -> Proposal:
    """The same, with what confirming it has made."""
    return replace(proposal, organization_id=organization_id, person_id=person_id)
