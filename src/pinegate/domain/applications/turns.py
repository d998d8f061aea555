"""Whose turn it is: the steps that wait for somebody, as the state tables say, where nobody need remind them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pinegate.domain.applications.application import OpinionKind
from pinegate.domain.applications.states import ApplicationEvent


@dataclass(frozen=True, slots=True)
class Standing:
    """An opinion of ``kind`` stands: it was given, and none of ``superseding`` after it."""

    kind: OpinionKind
    superseding: OpinionKind


STANDS_ON = {
    # A review written before the police decided again was a review of something else.
    ApplicationEvent.APPROVE: Standing(OpinionKind.BUREAU_REVIEW, OpinionKind.POLICE),
    ApplicationEvent.RESUME: Standing(OpinionKind.RESUME_PROPOSAL, OpinionKind.MEASURE),
}
"""The steps for which another person must have prepared."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that somebody is waited for, in the states and by the roles of the table.

    ``task`` is the portal's word. ``ready``: only once (True) or only until (False) the form could be handed in.
    ``after``: only once such an opinion stands; ``before``: only until then.
    """

    event: ApplicationEvent
    task: str
    ready: bool | None = None
    after: Standing | None = None
    before: Standing | None = None


_E = ApplicationEvent
TURNS: Sequence[Turn] = (
    Turn(_E.EDIT, "application.edit", ready=False),
    Turn(_E.SUBMIT, "application.submit", ready=True),
    Turn(_E.ACCEPT, "application.accept"),
    Turn(_E.CONSENT, "application.consent"),
    Turn(_E.RECORD_REVIEW, "application.review", before=STANDS_ON[_E.APPROVE]),
    Turn(_E.APPROVE, "application.approve", after=STANDS_ON[_E.APPROVE]),
    Turn(_E.ORDER_AGAIN, "application.order_again"),
    Turn(_E.PROPOSE_RESUME, "application.resume", before=STANDS_ON[_E.RESUME]),
    Turn(_E.RESUME, "application.resume", after=STANDS_ON[_E.RESUME]),
)
"""What else somebody may do (return, refuse, withdraw, suspend, archive) waits for nobody."""
