"""What makes a person, or gives one power: proposed by the security administrator, confirmed by somebody else.

One administrator alone could otherwise invent a unit with its people and the offices that let them see (governance
section 2, separation of duties). What takes power away (locking, removing, suspending) needs one person only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable, Transition

Content: TypeAlias = Mapping[str, str | bool | list[str]]


class ProposalKind(StrEnum):
    """What is proposed."""

    ORGANIZATION = "organization"
    READMISSION = "readmission"
    PERSON = "person"
    ROLES = "roles"
    UNLOCK = "unlock"
    ENROLMENT = "enrolment"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class ProposalEvent(StrEnum):
    """What happens to it."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


_S, _E = ProposalState, ProposalEvent
_PROPOSERS = ROLES_WITH[Permission.KEEP_PEOPLE]
OFFICE_LEADERS = frozenset({Role.UNIT_LEADER, Role.POLICE_LEADER, Role.BUREAU_APPROVER})
"""Each confirms for the own office; committee and operator have none, so that it is the audit administrator's."""
_CONFIRMERS = OFFICE_LEADERS | {Role.AUDIT_ADMIN}

PROPOSAL = StateTable(
    "proposal",
    [
        Transition(None, _E.PROPOSE, _S.PROPOSED, _PROPOSERS),
        Transition(_S.PROPOSED, _E.CONFIRM, _S.CONFIRMED, _CONFIRMERS),
        Transition(_S.PROPOSED, _E.DECLINE, _S.DECLINED, _CONFIRMERS),
        Transition(_S.PROPOSED, _E.WITHDRAW, _S.WITHDRAWN, _PROPOSERS),
    ],
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """``organization_id`` None: of a new organization. ``person_id`` None: of a new person, or of no person.

    ``content`` is what the second person reads and what is then done, word for word; a change carries what it stands
    on (``before``), and is refused when that is no longer so.
    """

    id: str
    kind: ProposalKind
    state: ProposalState
    organization_id: str | None
    person_id: str | None
    content: Content
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    text: str = ""


def may_know_all(actor: Actor) -> bool:
    """Whether ``actor`` sees proposals of every office: the administrators do, a leader sees those of the own."""
    return actor.may(_PROPOSERS | {Role.AUDIT_ADMIN})


def may_know(proposal: Proposal, actor: Actor) -> bool:
    """Whether there is such a proposal at all for ``actor``."""
    own = actor.may(OFFICE_LEADERS) and proposal.organization_id == actor.organization_id
    return own or may_know_all(actor)


def steps_for(proposal: Proposal, actor: Actor) -> list[ProposalEvent]:
    """What ``actor`` may do with it now: the portal's buttons."""
    steps = PROPOSAL.events_for(proposal.state, actor.roles)
    return [step for step in steps if step is _E.WITHDRAW or not _concerns(proposal, actor)]


def _concerns(proposal: Proposal, actor: Actor) -> bool:
    return actor.person_id in (proposal.proposed_by, proposal.person_id)


def decide(proposal: Proposal, event: ProposalEvent, text: str, actor: Actor, now: datetime) -> Proposal:
    """The proposal after ``event``, taken by ``actor``.

    Raises:
        RuleRefusedError: ``same_person_twice`` for the proposer, and for the person whom it concerns; a step that
            the table does not give; ``reason_missing`` where it is declined without a word.
    """
    after = PROPOSAL.step(proposal.state, event, actor.roles)
    if event is not _E.WITHDRAW and _concerns(proposal, actor):
        raise RuleRefusedError(Refusal.SAME_PERSON_TWICE, {"subject": "proposal"})
    if event is _E.DECLINE and not text.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "text"})
    return replace(proposal, state=after, text=text.strip(), decided_by=actor.person_id, decided_at=now)
