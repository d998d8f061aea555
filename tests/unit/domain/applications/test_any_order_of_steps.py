"""Whatever anybody tries in whatever order, no picture comes without the whole of the regulation's path."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pinegate.domain.agreements.agreement import Agreement, AgreementState, end_sharing, reject_seal, sign
from pinegate.domain.applications.application import (
    Application,
    Consultation,
    Contact,
    OpinionKind,
    RequestedPoint,
)
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import (
    accept,
    allowed_events,
    approve,
    consent,
    edit,
    give_back,
    move_by_consequence,
    move_with_reason,
    provision,
    record_consultation,
    record_review,
    refuse,
    resume,
    seal,
    submit,
)
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import GRANT, Grant, GrantEvent, GrantState, grants_from, move
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import RuleRefusedError
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderState, complete, confirm_test, fail

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LISTED = frozenset({"c1", "c2"})
_E, _S = ApplicationEvent, ApplicationState
_CONTACT = Contact("张三", "0559-2300000")


def _actor(person: str, kind: OrganizationKind, *roles: Role, organization: str = "") -> Actor:
    return Actor(person, organization or kind.value, kind, frozenset(roles), person)


_UNIT, _POLICE = OrganizationKind.USING_UNIT, OrganizationKind.POLICE
_BUREAU, _OPERATOR = OrganizationKind.DATA_BUREAU, OrganizationKind.OPERATOR
CLERK = _actor("clerk", _UNIT, Role.UNIT_CLERK)
LEADER = _actor("leader", _UNIT, Role.UNIT_LEADER)
POLICE = [_actor(f"police{n}", _POLICE, Role.POLICE_REVIEWER, Role.POLICE_LEADER) for n in (1, 2)]
BUREAU = [_actor(f"bureau{n}", _BUREAU, Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER) for n in (1, 2)]
PROVISIONER = _actor("provisioner", _OPERATOR, Role.OPERATOR_PROVISIONER)
ANYBODY = [
    CLERK,
    LEADER,
    *POLICE,  # with both roles, which the appointment rules forbid: the steps must hold all the same
    *BUREAU,
    PROVISIONER,
    _actor("other-leader", _UNIT, Role.UNIT_CLERK, Role.UNIT_LEADER, organization="other"),
    _actor("clerk", _POLICE, Role.POLICE_REVIEWER, Role.POLICE_LEADER),  # the clerk, gone to the police
    _actor("leader", _BUREAU, Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER),
    _actor("security", _BUREAU, Role.SECURITY_ADMIN),
    _actor("system", _OPERATOR, Role.SYSTEM_ADMIN),
]
anybody = st.sampled_from(ANYBODY)
operations = st.frozensets(st.sampled_from([Operation.LIVE, Operation.PTZ, Operation.DOWNLOAD]))


class Paper(RuleBasedStateMachine):
    """One application with its agreement, work order and grants, as the use cases move them."""

    def __init__(self) -> None:
        super().__init__()
        self.application = Application(
            id="a1", number="1", organization_id=_UNIT.value, system_id="s1", state=_S.DRAFT
        )
        self.agreement: Agreement | None = None
        self.order: WorkOrder | None = None
        self.grants: tuple[Grant, ...] = ()
        self.was_revoked = False
        self.clock = NOW

    def _move_grants(self, event: GrantEvent) -> None:
        self.grants = tuple(
            move(grant, event) if GRANT.find(grant.state, event) else grant for grant in self.grants
        )

    def _attempt(self, step: str, actor: Actor, text: str = "同意") -> None:
        """One step by one person; what the rules refuse has no effect."""
        self.clock += timedelta(seconds=1)
        try:
            self._STEPS[step](self, actor, text)
        except RuleRefusedError:
            return

    def _edit(self, actor: Actor, _text: str) -> None:
        changed = replace(
            self.application,
            purpose="用途",
            areas=("341002",),
            categories=("alley",),
            responsible_person=_CONTACT,
            contact_person=_CONTACT,
            technical_contact=_CONTACT,
            points=(
                RequestedPoint("c1", frozenset({Operation.LIVE, Operation.PTZ})),
                RequestedPoint("c2", frozenset({Operation.LIVE})),
            ),
            valid_until=date(2027, 11, 21),
        )
        self.application = edit(self.application, changed, actor)

    def _consult(self, actor: Actor, _text: str) -> None:
        record = Consultation(date(2026, 11, 20), "李警官", "王同志")
        self.application = record_consultation(self.application, record, actor)

    def _seal(self, actor: Actor, _text: str) -> None:
        self.application = seal(self.application, actor)

    def _submit(self, actor: Actor, _text: str) -> None:
        self.application = submit(self.application, LISTED, actor, self.clock)

    def _accept(self, actor: Actor, text: str) -> None:
        self.application = accept(self.application, text, actor, self.clock)

    def _consent(self, actor: Actor, text: str) -> None:
        whole = {point.point_id: point.requested for point in self.application.points}
        self.application = consent(self.application, whole, text, actor, self.clock)

    def _review(self, actor: Actor, text: str) -> None:
        self.application = record_review(self.application, text, actor, self.clock)

    def _approve(self, actor: Actor, text: str) -> None:
        self.application = approve(self.application, text, actor, self.clock)
        unit = self.application.organization_id
        self.agreement = Agreement("n1", "a1", unit, AgreementState.AWAITING_UNIT, 1, "digest")

    def _sign(self, actor: Actor, _text: str) -> None:
        if self.agreement is None:
            return
        self.agreement = sign(self.agreement, "sm3", actor, self.clock)
        if self.agreement.state is not AgreementState.EFFECTIVE:
            return
        self.application = move_by_consequence(self.application, _E.AGREEMENT_EFFECTIVE)
        window = (NOW, NOW + timedelta(days=365))
        self.grants = grants_from(self.application, map(str, range(9)), *window)
        self.order = WorkOrder("w1", "1", "a1", "s1", WorkOrderState.OPEN, self.clock)

    def _reject_seal(self, actor: Actor, _text: str) -> None:
        if self.agreement is not None:
            self.agreement = reject_seal(self.agreement, actor)

    def _test(self, actor: Actor, _text: str) -> None:
        if self.order is not None:
            self.order = confirm_test(self.order, pictures_came=True, actor=actor, now=self.clock)

    def _complete(self, actor: Actor, text: str) -> None:
        if self.order is None or self.agreement is None:
            return
        done = complete(self.order, text, actor, self.clock)
        self.application = provision(
            self.application,
            text,
            agreement_effective=self.agreement.in_force,
            tested=done.tested_at is not None,
            actor=actor,
            now=self.clock,
        )
        self.order = done
        self._move_grants(GrantEvent.ACTIVATE)

    def _fail(self, actor: Actor, text: str) -> None:
        if self.order is None:
            return
        failed = fail(self.order, text, actor, self.clock)
        self.application = move_with_reason(
            self.application, _E.REPORT_CANNOT_PROVIDE, text, actor, self.clock
        )
        self.order = failed

    def _order_again(self, actor: Actor, text: str) -> None:
        self.application = move_with_reason(self.application, _E.ORDER_AGAIN, text, actor, self.clock)
        self.order = WorkOrder("w2", "2", "a1", "s1", WorkOrderState.OPEN, self.clock)

    def _suspend(self, actor: Actor, text: str) -> None:
        self.application = move_with_reason(self.application, _E.SUSPEND, text, actor, self.clock)
        self._move_grants(GrantEvent.SUSPEND)

    def _resume(self, actor: Actor, text: str) -> None:
        self.application = resume(self.application, text, actor, self.clock)
        self._move_grants(GrantEvent.RESUME)

    def _revoke(self, actor: Actor, text: str) -> None:
        self.application = move_with_reason(self.application, _E.REVOKE, text, actor, self.clock)
        self._move_grants(GrantEvent.REVOKE)
        self.was_revoked = True
        if self.agreement is not None:
            self.agreement = end_sharing(self.agreement)

    def _withdraw(self, actor: Actor, text: str) -> None:
        self.application = move_with_reason(self.application, _E.WITHDRAW, text, actor, self.clock)
        if self.agreement is not None:
            self.agreement = end_sharing(self.agreement)

    _STEPS: ClassVar = {
        "edit": _edit,
        "consult": _consult,
        "seal": _seal,
        "submit": _submit,
        "accept": _accept,
        "consent": _consent,
        "review": _review,
        "approve": _approve,
        "sign": _sign,
        "reject_seal": _reject_seal,
        "test": _test,
        "complete": _complete,
        "fail": _fail,
        "order_again": _order_again,
        "suspend": _suspend,
        "resume": _resume,
        "revoke": _revoke,
        "withdraw": _withdraw,
    }

    @rule(step=st.sampled_from(sorted(_STEPS)), actor=anybody, text=st.sampled_from(["同意", " "]))
    def anybody_tries_anything(self, step: str, actor: Actor, text: str) -> None:
        self._attempt(step, actor, text)

    @rule(first=st.sampled_from([0, 1]))
    def somebody_does_what_is_due(self, first: int) -> None:
        for step, actor in _DUE.get(self.application.state, lambda *_: ())(self, first):
            self._attempt(step, actor)

    @rule(actor=anybody, one=operations, two=operations)
    def the_police_consent_in_part(
        self, actor: Actor, one: frozenset[Operation], two: frozenset[Operation]
    ) -> None:
        try:
            consented = {"c1": one, "c2": two}
            self.application = consent(self.application, consented, "部分同意", actor, self.clock)
        except RuleRefusedError:
            return

    @rule(
        event=st.sampled_from([_E.RETURN_BY_POLICE, _E.RETURN_TO_POLICE, _E.RETURN_BY_BUREAU]), actor=anybody
    )
    def somebody_returns_it(self, event: ApplicationEvent, actor: Actor) -> None:
        try:
            self.application = give_back(self.application, event, "请补正", actor, self.clock)
        except RuleRefusedError:
            return

    @rule(event=st.sampled_from([_E.REFUSE_CONSENT, _E.REFUSE_APPROVAL]), actor=anybody)
    def somebody_refuses_it(self, event: ApplicationEvent, actor: Actor) -> None:
        try:
            self.application = refuse(self.application, event, "不同意", actor, self.clock)
        except RuleRefusedError:
            return

    @rule(event=st.sampled_from([_E.PROPOSE_RESUME, _E.GIVE_TERMINATION_NOTICE]), actor=anybody)
    def somebody_writes_a_reason(self, event: ApplicationEvent, actor: Actor) -> None:
        try:
            self.application = move_with_reason(self.application, event, "理由", actor, self.clock)
        except RuleRefusedError:
            return

    @invariant()
    def an_active_grant_has_the_whole_path_behind_it(self) -> None:
        if not any(grant.state is GrantState.ACTIVE for grant in self.grants):
            return
        police = self.application.latest(OpinionKind.POLICE)
        review = self.application.latest(OpinionKind.BUREAU_REVIEW)
        approval = self.application.latest(OpinionKind.BUREAU)
        assert police is not None and police.decision in {"consented", "partly_consented"}
        assert review is not None and approval is not None
        assert approval.decision == "approved"
        assert review.person_id != approval.person_id
        assert self.agreement is not None and self.agreement.in_force
        assert self.agreement.unit_signature is not None
        assert self.agreement.bureau_signature is not None
        assert self.order is not None and self.order.tested_at is not None

    @invariant()
    def a_grant_is_never_wider_than_what_was_consented_and_asked(self) -> None:
        points = {point.point_id: point for point in self.application.points}
        for grant in self.grants:
            point = points[grant.point_id]
            assert grant.operations == point.consented
            assert grant.operations <= point.requested

    @invariant()
    def nobody_reviews_what_they_filed(self) -> None:
        reviews = {
            OpinionKind.POLICE_ACCEPTANCE,
            OpinionKind.POLICE,
            OpinionKind.BUREAU_REVIEW,
            OpinionKind.BUREAU,
        }
        said = {opinion.person_id for opinion in self.application.opinions if opinion.kind in reviews}
        assert not said & self.application.filed_by

    @invariant()
    def revoked_is_for_ever(self) -> None:
        if self.was_revoked:
            assert self.application.state is _S.REVOKING
            assert all(grant.state is GrantState.REVOKED for grant in self.grants)

    @invariant()
    def what_is_offered_is_a_step_of_the_table(self) -> None:
        for actor in ANYBODY:
            offered = allowed_events(self.application, actor)
            assert _E.REVOKE not in offered or actor.may(frozenset({Role.BUREAU_APPROVER}))
            if actor.person_id in self.application.filed_by and actor.organization_kind is not _UNIT:
                assert offered == ()


_DUE = {
    _S.DRAFT: lambda *_: (("edit", CLERK), ("consult", CLERK), ("seal", LEADER), ("submit", LEADER)),
    _S.RETURNED: lambda *_: (("edit", CLERK), ("consult", CLERK), ("seal", LEADER), ("submit", LEADER)),
    _S.SUBMITTED: lambda _, n: (("accept", POLICE[n]),),
    _S.POLICE_REVIEW: lambda _, n: (("consent", POLICE[n]),),
    _S.BUREAU_REVIEW: lambda _, n: (("review", BUREAU[n]), ("approve", BUREAU[1 - n])),
    _S.AGREEMENT_PENDING: lambda _, n: (("sign", LEADER), ("sign", BUREAU[n])),
    _S.PROVISIONING: lambda *_: (("test", PROVISIONER), ("complete", PROVISIONER)),
    _S.PROVISION_FAILED: lambda _, n: (("order_again", BUREAU[n]),),
}

TestPaper = Paper.TestCase
TestPaper.settings = settings(max_examples=60, stateful_step_count=40)


def test_the_machine_can_reach_an_active_grant_and_a_revocation() -> None:
    paper = Paper()
    for first in (0, 0, 1, 0, 0, 0):
        paper.somebody_does_what_is_due(first)
    assert paper.application.state is _S.ACTIVE
    assert [grant.state for grant in paper.grants] == [GrantState.ACTIVE] * 2
    paper.an_active_grant_has_the_whole_path_behind_it()
    paper._attempt("revoke", BUREAU[0], "违规")
    paper.revoked_is_for_ever()
    assert paper.was_revoked
