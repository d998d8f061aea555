"""What one person said, another decides on: the bureau's review, and the resumption after a suspension."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pinegate.domain.applications.application import Application, Opinion, OpinionKind, RequestedPoint
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import (
    allowed_events,
    approve,
    move_with_reason,
    record_review,
    resume,
)
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
# Both roles in one person, which the appointment rules forbid: the steps must hold all the same.
ROLES = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER})
ONE, OTHER = (Actor(name, "b", OrganizationKind.DATA_BUREAU, ROLES, name) for name in ("one", "other"))
LIVE = frozenset({Operation.LIVE})


def consent_by(police: str) -> Opinion:
    return Opinion(OpinionKind.POLICE, "consented", "同意", police, police, NOW)


CONSENTED = Application(
    id="a1",
    number="1",
    organization_id="u1",
    system_id="s1",
    state=ApplicationState.BUREAU_REVIEW,
    points=(RequestedPoint("c1", LIVE, consented=LIVE),),
    filed_by=frozenset({"clerk"}),
    opinions=(consent_by("police"),),
)
ACTIVE = replace(CONSENTED, state=ApplicationState.ACTIVE, opinions=())


def refused_approval(application: Application, actor: Actor) -> Refusal:
    assert ApplicationEvent.APPROVE not in allowed_events(application, actor)
    with pytest.raises(RuleRefusedError) as refused:
        approve(application, "同意", actor, NOW)
    return refused.value.refusal


def refused_resumption(application: Application, actor: Actor) -> Refusal:
    assert ApplicationEvent.RESUME not in allowed_events(application, actor)
    with pytest.raises(RuleRefusedError) as refused:
        resume(application, "恢复", actor, NOW)
    return refused.value.refusal


def step(application: Application, event: ApplicationEvent, actor: Actor) -> Application:
    return move_with_reason(application, event, "理由", actor, NOW)


def test_who_reviewed_does_not_approve_and_another_does() -> None:
    reviewed = record_review(CONSENTED, "属实", ONE, NOW)
    assert refused_approval(reviewed, ONE) is Refusal.SAME_PERSON_TWICE
    assert ApplicationEvent.APPROVE in allowed_events(reviewed, OTHER)
    assert approve(reviewed, "同意", OTHER, NOW).state is ApplicationState.AGREEMENT_PENDING


def test_a_step_is_taken_by_its_role_and_no_other() -> None:
    reviewed = record_review(CONSENTED, "属实", ONE, NOW)
    reviewer = replace(OTHER, roles=frozenset({Role.BUREAU_REVIEWER}))
    assert refused_approval(reviewed, reviewer) is Refusal.ROLE_MAY_NOT
    approver = replace(OTHER, roles=frozenset({Role.BUREAU_APPROVER}))
    with pytest.raises(RuleRefusedError) as refused:
        record_review(CONSENTED, "属实", approver, NOW)
    assert refused.value.refusal is Refusal.ROLE_MAY_NOT


def test_nothing_is_approved_unreviewed() -> None:
    assert refused_approval(CONSENTED, OTHER) is Refusal.REVIEW_MISSING


def test_a_review_of_what_the_police_decided_before_counts_no_more() -> None:
    reviewed = record_review(CONSENTED, "属实", ONE, NOW)
    decided_again = reviewed.with_opinion(consent_by("police"))
    assert refused_approval(decided_again, OTHER) is Refusal.REVIEW_MISSING


def test_a_review_is_written_once_so_that_no_second_one_frees_the_first_reviewer_to_approve() -> None:
    reviewed = record_review(CONSENTED, "属实", ONE, NOW)
    for reviewer in (ONE, OTHER):
        assert ApplicationEvent.RECORD_REVIEW not in allowed_events(reviewed, reviewer)
        with pytest.raises(RuleRefusedError) as refused:
            record_review(reviewed, "补充", reviewer, NOW)
        assert refused.value.refusal is Refusal.NO_SUCH_STEP
    decided_again = reviewed.with_opinion(consent_by("police"))
    assert record_review(decided_again, "补充", OTHER, NOW).opinions[-1].person_id == OTHER.person_id


def test_nothing_is_approved_that_the_police_have_not_decided() -> None:
    reviewed = record_review(CONSENTED, "属实", ONE, NOW)
    undecided = replace(reviewed, points=(RequestedPoint("c1", LIVE),))
    assert refused_step(undecided) is Refusal.NO_SUCH_STEP
    silent = replace(
        reviewed, opinions=tuple(o for o in reviewed.opinions if o.kind is not OpinionKind.POLICE)
    )
    assert refused_step(silent) is Refusal.NO_SUCH_STEP


def refused_step(application: Application) -> Refusal:
    with pytest.raises(RuleRefusedError) as refused:
        approve(application, "同意", OTHER, NOW)
    return refused.value.refusal


def test_who_filed_the_form_neither_reviews_nor_approves_it() -> None:
    filed = replace(CONSENTED, filed_by=frozenset({ONE.person_id}))
    with pytest.raises(RuleRefusedError) as refused:
        record_review(filed, "属实", ONE, NOW)
    assert refused.value.refusal is Refusal.REVIEWS_OWN_FILING
    assert allowed_events(filed, ONE) == ()


def test_who_proposed_to_resume_does_not_resume_and_another_does() -> None:
    suspended = step(ACTIVE, ApplicationEvent.SUSPEND, ONE)
    proposed = step(suspended, ApplicationEvent.PROPOSE_RESUME, ONE)
    assert refused_resumption(proposed, ONE) is Refusal.SAME_PERSON_TWICE
    assert resume(proposed, "恢复", OTHER, NOW).state is ApplicationState.ACTIVE


def test_a_resumption_is_proposed_once() -> None:
    proposed = step(step(ACTIVE, ApplicationEvent.SUSPEND, ONE), ApplicationEvent.PROPOSE_RESUME, ONE)
    assert ApplicationEvent.PROPOSE_RESUME not in allowed_events(proposed, OTHER)
    with pytest.raises(RuleRefusedError) as refused:
        step(proposed, ApplicationEvent.PROPOSE_RESUME, OTHER)
    assert refused.value.refusal is Refusal.NO_SUCH_STEP


def test_nothing_is_resumed_unproposed() -> None:
    suspended = step(ACTIVE, ApplicationEvent.SUSPEND, ONE)
    assert refused_resumption(suspended, OTHER) is Refusal.PROPOSAL_MISSING


def test_a_proposal_of_an_earlier_suspension_counts_no_more() -> None:
    suspended = step(ACTIVE, ApplicationEvent.SUSPEND, ONE)
    proposed = step(suspended, ApplicationEvent.PROPOSE_RESUME, ONE)
    again = step(resume(proposed, "恢复", OTHER, NOW), ApplicationEvent.SUSPEND, ONE)
    assert refused_resumption(again, OTHER) is Refusal.PROPOSAL_MISSING
