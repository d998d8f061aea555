"""The proposals' routes: what makes persons, proposed by one and confirmed by another."""

from fastapi import APIRouter

from pinegate.adapters.database.proposals import proposals_for
from pinegate.domain.organizations.proposal import PROPOSAL, ProposalEvent, ProposalState, steps_for
from pinegate.entrypoints.http_api.identity.enrolment import code_digest
from pinegate.entrypoints.http_api.organizations.proposal_models import (
    Decision,
    ProposalConfirmed,
    ProposalIn,
    ProposalMade,
    ProposalOut,
    ProposalPage,
)
from pinegate.entrypoints.http_api.shared.gate import takes
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.organizations.confirm_proposal import confirm_proposal
from pinegate.usecases.organizations.decline_proposal import decline_proposal
from pinegate.usecases.organizations.propose import propose
from pinegate.usecases.organizations.withdraw_proposal import withdraw_proposal

router = APIRouter(prefix="/api/proposals")
_E = ProposalEvent


@router.get("", dependencies=[takes(PROPOSAL, *ProposalEvent)])
async def list_proposals(
    user: CurrentUser, services: CurrentServices, state: ProposalState | None = None
) -> ProposalPage:
    """Newest first; a leader sees those of the own office."""
    async with services.database.transaction() as tx:
        found = await proposals_for(tx.connection, user.actor, state)
    return ProposalPage(
        items=[
            ProposalOut(
                id=proposal.id,
                kind=proposal.kind,
                state=proposal.state,
                organization_id=proposal.organization_id,
                organization_name=row.organization_name,
                person_id=proposal.person_id,
                person_name=row.person_name,
                content=dict(proposal.content),
                reason=proposal.reason,
                proposed_by_name=row.proposed_by_name,
                proposed_at=proposal.proposed_at,
                decided_by_name=row.decided_by_name,
                decided_at=proposal.decided_at,
                text=proposal.text,
                steps=steps_for(proposal, user.actor),
            )
            for proposal, row in found
        ]
    )


@router.post("", status_code=202, dependencies=[takes(PROPOSAL, _E.PROPOSE)])
async def make(body: ProposalIn, user: CurrentUser, services: CurrentServices) -> ProposalMade:
    """Nothing is done until a second person confirms it."""
    async with services.database.transaction() as tx:
        made = await propose(tx, body.draft(), act_of(user, services))
    return ProposalMade(id=made.id, state=made.state)


@router.post("/{proposal_id}/confirm", dependencies=[takes(PROPOSAL, _E.CONFIRM)])
async def confirm(
    proposal_id: Id, body: Decision, user: CurrentUser, services: CurrentServices
) -> ProposalConfirmed:
    """I stand for it, and it is done."""
    code = services.new_enrolment_code()
    act = act_of(user, services)
    async with services.database.transaction() as tx:
        confirmed, enrolment = await confirm_proposal(
            tx, proposal_id, body.text, code_digest(code), services.enrolment_lifetime, act
        )
    return ProposalConfirmed(
        id=confirmed.id,
        state=confirmed.state,
        organization_id=confirmed.organization_id,
        person_id=confirmed.person_id,
        code=code if enrolment else None,
        expires_at=enrolment.expires_at if enrolment else None,
    )


@router.post("/{proposal_id}/decline", dependencies=[takes(PROPOSAL, _E.DECLINE)])
async def decline(
    proposal_id: Id, body: Decision, user: CurrentUser, services: CurrentServices
) -> ProposalMade:
    """I do not."""
    async with services.database.transaction() as tx:
        declined = await decline_proposal(tx, proposal_id, body.text, act_of(user, services))
    return ProposalMade(id=declined.id, state=declined.state)


@router.post("/{proposal_id}/withdraw", dependencies=[takes(PROPOSAL, _E.WITHDRAW)])
async def withdraw(
    proposal_id: Id, body: Decision, user: CurrentUser, services: CurrentServices
) -> ProposalMade:
    """Taken back before anybody decided."""
    async with services.database.transaction() as tx:
        withdrawn = await withdraw_proposal(tx, proposal_id, body.text, act_of(user, services))
    return ProposalMade(id=withdrawn.id, state=withdrawn.state)
