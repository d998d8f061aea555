"""The security administrator proposes what makes a person or gives one power; nothing happens until it is confirmed."""

from dataclasses import dataclass, replace

from pinegate.domain.organizations.proposal import (
    PROPOSAL,
    Content,
    Proposal,
    ProposalEvent,
    ProposalKind,
)
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.ports import PersonTransaction
from pinegate.usecases.organizations.proposal_step import record_proposal_step
from pinegate.usecases.organizations.proposed_change_step import checked


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed and why, before it was looked at. Which of the ids are asked for, the kind says."""

    kind: ProposalKind
    reason: str
    content: Content
    organization_id: str | None = None
    person_id: str | None = None


async def propose(tx: PersonTransaction, draft: Draft, act: Act) -> Proposal:
    """Keep the proposal, with what it stands on, for the second person.

    Raises:
        RuleRefusedError: ``reason_missing``, or what would refuse the change itself.
        InvalidInputError, NotFoundError: as the change itself would.
    """
    state = PROPOSAL.step(None, ProposalEvent.PROPOSE, act.person.roles)
    if not draft.reason.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "reason"})
    proposal = Proposal(
        id=act.new_id(),
        kind=draft.kind,
        state=state,
        organization_id=draft.organization_id,
        person_id=draft.person_id,
        content=draft.content,
        reason=draft.reason.strip(),
        proposed_by=act.person.person_id,
        proposed_at=act.now,
    )
    if proposal.person_id == act.person.person_id:
        raise RuleRefusedError(Refusal.SAME_PERSON_TWICE, {"subject": "person"})
    subject = await checked(tx, proposal)
    proposal = replace(proposal, content=subject.content, organization_id=subject.organization_id)
    await tx.proposals.add(proposal)
    await record_proposal_step(tx, proposal, None, ProposalEvent.PROPOSE, act)
    return proposal
