"""The security administrator takes back what nobody has decided yet."""

from pinegate.domain.organizations.proposal import Proposal, ProposalEvent, ProposalState
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.ports import PersonTransaction
from pinegate.usecases.organizations.proposal_step import decide_proposal, record_proposal_step


async def withdraw_proposal(tx: PersonTransaction, proposal_id: str, text: str, act: Act) -> Proposal:
    """``text``: why, where there is something to say."""
    withdrawn = await decide_proposal(tx, proposal_id, ProposalEvent.WITHDRAW, text, act)
    await tx.proposals.save(withdrawn)
    await record_proposal_step(tx, withdrawn, ProposalState.PROPOSED, ProposalEvent.WITHDRAW, act)
    return withdrawn
