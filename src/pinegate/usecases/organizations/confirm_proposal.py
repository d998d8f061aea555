"""A second person stands for what was proposed, and it is done."""

from datetime import timedelta

from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.domain.organizations.proposal import Proposal, ProposalEvent, ProposalState
from pinegate.usecases.act import Act
from pinegate.usecases.identity.open_enrolment import open_enrolment
from pinegate.usecases.organizations.ports import PersonTransaction
from pinegate.usecases.organizations.proposal_step import about, decide_proposal, record_proposal_step
from pinegate.usecases.organizations.proposed_change_step import carry_out


async def confirm_proposal(
    tx: PersonTransaction,
    proposal_id: str,
    text: str,
    code_digest: bytes,
    lifetime: timedelta,
    act: Act,
) -> tuple[Proposal, Enrolment | None]:
    """The proposal, and the enrolment that it opened.

    ``code_digest``: of the code that the confirming person hands over, while the proposer draws the link: neither of
    the two can enrol in the person's place.

    Raises:
        RuleRefusedError, NotFoundError, InvalidInputError: not the actor's to confirm, or not to be done any more.
        StaleVersionError: what it stands on has changed since.
    """
    decided = await decide_proposal(tx, proposal_id, ProposalEvent.CONFIRM, text, act)
    done = await carry_out(tx, decided, act)
    decided = about(decided, done.organization_id, done.person_id)
    enrolment = None
    if done.enrols and done.person_id is not None:
        enrolment = await open_enrolment(
            tx,
            done.person_id,
            lifetime,
            act,
            code_digest=code_digest,
            renews_totp=decided.content.get("renews_totp") is True,
        )
    await tx.proposals.save(decided)
    await record_proposal_step(tx, decided, ProposalState.PROPOSED, ProposalEvent.CONFIRM, act)
    return decided, enrolment
