"""A second person does not stand for what was proposed, and says why."""

from pinegate.domain.organizations.proposal import Proposal, ProposalEvent, ProposalState
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.ports import PersonTransaction
from pinegate.usecases.organizations.proposal_step import decide_proposal, record_proposal_step


async def decline_proposal(tx: PersonTransaction, proposal_id: str, text: str, act: Act) -> Proposal:
    """``text``: why; the proposer reads it."""
    declined = await decide_proposal(tx, proposal_id, ProposalEvent.DECLINE, text, act)
    await tx.proposals.save(declined)
    await record_proposal_step(tx, declined, ProposalState.PROPOSED, ProposalEvent.DECLINE, act)
    return declined
