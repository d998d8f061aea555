"""What a step asks for besides its row in the table."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pinegate.domain.agreements.schedule import schedule_of
from pinegate.domain.applications.application import (
    Application,
    Consultation,
    Contact,
    OpinionKind,
    RequestedPoint,
)
from pinegate.domain.applications.readers import may_read
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import (
    accept,
    consent,
    edit,
    give_back,
    move_by_consequence,
    move_with_reason,
    provision,
    record_consultation,
    seal,
    submit,
    what_refuses_submission,
)
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LISTED = frozenset({"c1", "c2"})
UNIT = OrganizationKind.USING_UNIT
CLERK = Actor("clerk", "u1", UNIT, frozenset({Role.UNIT_CLERK}), "文员")
LEADER = Actor("leader", "u1", UNIT, frozenset({Role.UNIT_LEADER}), "负责人")
BOTH = frozenset({Role.POLICE_REVIEWER, Role.POLICE_LEADER})
POLICE = Actor("police", "p", OrganizationKind.POLICE, BOTH, "警官")
BUREAU = Actor("bureau", "b", OrganizationKind.DATA_BUREAU, frozenset({Role.BUREAU_REVIEWER}), "审核员")
CONTACT = Contact("张三", "0559-2300000")
COMPLETE = Application(
    id="a1",
    number="1",
    organization_id="u1",
    system_id="s1",
    state=ApplicationState.DRAFT,
    purpose="用途",
    areas=("341002",),
    categories=("back_alley",),
    responsible_person=CONTACT,
    contact_person=CONTACT,
    technical_contact=CONTACT,
    points=(
        RequestedPoint("c1", frozenset({Operation.LIVE, Operation.PTZ})),
        RequestedPoint("c2", frozenset({Operation.LIVE})),
    ),
    valid_until=date(2027, 11, 21),
    consultation=Consultation(date(2026, 11, 20), "李警官", "王同志"),
    sealed_form=True,
    filed_by=frozenset({"clerk"}),
)


def _refusal_of(application: Application, listed: frozenset[str] = LISTED) -> tuple[Refusal, str]:
    with pytest.raises(RuleRefusedError) as refused:
        submit(application, listed, LEADER, NOW)
    return refused.value.refusal, refused.value.detail["field"]


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"purpose": " "}, Refusal.FIELD_MISSING, "purpose"),
        ({"areas": ()}, Refusal.FIELD_MISSING, "areas"),
        ({"categories": ()}, Refusal.FIELD_MISSING, "categories"),
        ({"responsible_person": Contact("张三")}, Refusal.FIELD_MISSING, "contacts.responsible_person"),
        ({"contact_person": Contact()}, Refusal.FIELD_MISSING, "contacts.contact_person"),
        ({"technical_contact": Contact("", "1")}, Refusal.FIELD_MISSING, "contacts.technical_contact"),
        ({"valid_until": None}, Refusal.FIELD_MISSING, "valid_until"),
        ({"valid_until": date(2026, 11, 21)}, Refusal.VALIDITY_INVALID, "valid_until"),
        ({"valid_from": date(2028, 1, 1)}, Refusal.VALIDITY_INVALID, "valid_until"),
        ({"points": ()}, Refusal.NO_POINTS, "points"),
        (
            {"points": (RequestedPoint("c3", frozenset({Operation.LIVE})),)},
            Refusal.POINT_NOT_LISTED,
            "points",
        ),
        ({"points": (RequestedPoint("c1", frozenset()),)}, Refusal.OPERATION_FORBIDDEN, "points"),
        (
            {"points": (RequestedPoint("c1", frozenset({Operation.DOWNLOAD})),)},
            Refusal.OPERATION_FORBIDDEN,
            "points",
        ),
        ({"consultation": None}, Refusal.CONSULTATION_MISSING, "consultation"),
        ({"sealed_form": False}, Refusal.SEAL_MISSING, "sealed_form"),
    ],
)
def test_an_incomplete_form_is_refused_by_the_field(
    changes: dict[str, Any], refusal: Refusal, field: str
) -> None:
    assert _refusal_of(replace(COMPLETE, **changes)) == (refusal, field)


def test_a_complete_form_lacks_nothing_and_its_validity_begins_today_in_china() -> None:
    assert list(what_refuses_submission(COMPLETE, LISTED, NOW)) == []
    late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
    assert submit(COMPLETE, LISTED, LEADER, late).valid_from == date(2026, 11, 23)


def test_both_officials_are_named_in_the_consultation() -> None:
    with pytest.raises(RuleRefusedError) as refused:
        record_consultation(COMPLETE, Consultation(date(2026, 11, 20), "李警官", " "), CLERK)
    assert refused.value.refusal is Refusal.FIELD_MISSING


def test_an_edit_cannot_change_what_is_not_on_the_form() -> None:
    forged = replace(COMPLETE, organization_id="u2", system_id="s2", sealed_form=True, filed_by=frozenset())
    edited = edit(COMPLETE, forged, CLERK)
    assert (edited.organization_id, edited.system_id, edited.sealed_form) == ("u1", "s1", False)
    assert edited.filed_by == {"clerk"}


@pytest.mark.parametrize(
    "points",
    [
        COMPLETE.points[:1],
        (*COMPLETE.points, RequestedPoint("c3", frozenset({Operation.LIVE}))),
        (replace(COMPLETE.points[0], requested=frozenset({Operation.LIVE})), COMPLETE.points[1]),
    ],
    ids=["fewer points", "more points", "other operations"],
)
def test_other_points_or_operations_need_another_consultation(points: tuple[RequestedPoint, ...]) -> None:
    assert edit(COMPLETE, replace(COMPLETE, points=points), CLERK).consultation is None


def test_whoever_writes_on_the_form_has_filed_it() -> None:
    blank = replace(COMPLETE, filed_by=frozenset())
    consultation = COMPLETE.consultation
    assert consultation is not None
    assert edit(blank, blank, CLERK).filed_by == {"clerk"}
    assert seal(blank, CLERK).filed_by == {"clerk"}
    assert record_consultation(blank, consultation, CLERK).filed_by == {"clerk"}
    assert submit(blank, LISTED, LEADER, NOW).filed_by == {"leader"}


def test_a_form_is_sealed_by_its_own_unit_and_only_while_it_is_being_written() -> None:
    stranger = replace(LEADER, organization_id="u2")
    submitted = submit(COMPLETE, LISTED, LEADER, NOW)
    for application, actor, refusal in (
        (COMPLETE, stranger, Refusal.OTHER_ORGANIZATION),
        (submitted, LEADER, Refusal.NO_SUCH_STEP),
        (COMPLETE, replace(LEADER, roles=frozenset({Role.UNIT_VIEWER})), Refusal.ROLE_MAY_NOT),
    ):
        with pytest.raises(RuleRefusedError) as refused:
            seal(application, actor)
        assert refused.value.refusal is refusal


def test_another_unit_moves_nothing() -> None:
    stranger = replace(LEADER, organization_id="u2")
    with pytest.raises(RuleRefusedError) as refused:
        submit(COMPLETE, LISTED, stranger, NOW)
    assert refused.value.refusal is Refusal.OTHER_ORGANIZATION


def test_nobody_takes_by_hand_what_follows_by_itself() -> None:
    active = replace(COMPLETE, state=ApplicationState.ACTIVE)
    assert move_by_consequence(active, ApplicationEvent.EXPIRE).state is ApplicationState.EXPIRED
    with pytest.raises(RuleRefusedError) as refused:
        move_with_reason(active, ApplicationEvent.EXPIRE, "到期", LEADER, NOW)
    assert refused.value.refusal is Refusal.ROLE_MAY_NOT


def test_the_order_of_points_is_no_other_request() -> None:
    turned = replace(COMPLETE, points=tuple(reversed(COMPLETE.points)))
    assert edit(COMPLETE, turned, CLERK).consultation is not None


def test_who_accepted_does_not_consent() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", POLICE, NOW)
    with pytest.raises(RuleRefusedError) as refused:
        consent(accepted, {"c1": frozenset({Operation.LIVE})}, "同意", POLICE, NOW)
    assert refused.value.refusal is Refusal.SAME_PERSON_TWICE


def test_the_police_consent_to_no_more_than_was_asked() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", replace(POLICE, person_id="x"), NOW)
    for consented in (
        {"c2": frozenset({Operation.LIVE, Operation.PTZ})},
        {"c3": frozenset({Operation.LIVE})},
    ):
        with pytest.raises(RuleRefusedError) as refused:
            consent(accepted, consented, "同意", POLICE, NOW)
        assert refused.value.refusal is Refusal.CONSENT_WIDENS


def test_a_new_round_starts_with_nothing_said_and_nothing_consented() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", replace(POLICE, person_id="x"), NOW)
    consented = consent(accepted, {"c1": frozenset({Operation.LIVE})}, "同意", POLICE, NOW)
    returned = give_back(consented, ApplicationEvent.RETURN_BY_BUREAU, "请补正", BUREAU, NOW)
    again = submit(returned, LISTED, LEADER, NOW)
    assert (again.round, again.opinions) == (2, ())
    assert [point.consented for point in again.points] == [None, None]


def test_returned_to_the_police_there_is_no_consent_left() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", replace(POLICE, person_id="x"), NOW)
    consented = consent(accepted, {"c1": frozenset({Operation.LIVE})}, "同意", POLICE, NOW)
    returned = give_back(consented, ApplicationEvent.RETURN_TO_POLICE, "请复核", BUREAU, NOW)
    assert [point.consented for point in returned.points] == [None, None]


def test_an_opinion_and_a_measure_are_words() -> None:
    active = replace(COMPLETE, state=ApplicationState.ACTIVE)
    with pytest.raises(RuleRefusedError) as refused:
        accept(submit(COMPLETE, LISTED, LEADER, NOW), " ", POLICE, NOW)
    assert refused.value.refusal is Refusal.OPINION_MISSING
    with pytest.raises(RuleRefusedError) as refused:
        move_with_reason(active, ApplicationEvent.GIVE_TERMINATION_NOTICE, " ", LEADER, NOW)
    assert refused.value.refusal is Refusal.REASON_MISSING


@pytest.mark.parametrize(
    ("effective", "tested", "refusal"),
    [(False, True, Refusal.AGREEMENT_NOT_EFFECTIVE), (True, False, Refusal.TEST_PLAY_MISSING)],
)
def test_nothing_is_provided_without_agreement_and_test_play(
    effective: bool, tested: bool, refusal: Refusal
) -> None:
    operator = Actor("o", "o", OrganizationKind.OPERATOR, frozenset({Role.OPERATOR_PROVISIONER}))
    due = replace(COMPLETE, state=ApplicationState.PROVISIONING)
    with pytest.raises(RuleRefusedError) as refused:
        provision(due, "已开通", agreement_effective=effective, tested=tested, actor=operator, now=NOW)
    assert refused.value.refusal is refusal


def test_consenting_to_nothing_is_a_refusal_and_must_be_called_so() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", replace(POLICE, person_id="x"), NOW)
    with pytest.raises(RuleRefusedError) as refused:
        consent(accepted, {"c1": frozenset()}, "同意", POLICE, NOW)
    assert refused.value.refusal is Refusal.NO_POINTS


def test_the_schedule_holds_what_was_consented_and_nothing_else() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", replace(POLICE, person_id="x"), NOW)
    cut = consent(accepted, {"c1": frozenset({Operation.LIVE})}, "部分同意", POLICE, NOW)
    assert schedule_of(cut) == b'[{"operations":["live"],"point":"c1"}]'


def test_a_unit_s_notice_stands_in_no_authority_s_box() -> None:
    active = replace(COMPLETE, state=ApplicationState.ACTIVE)
    event = ApplicationEvent.GIVE_TERMINATION_NOTICE
    moved = move_with_reason(active, event, "系统下线", LEADER, NOW)
    assert [opinion.kind for opinion in moved.opinions] == [OpinionKind.UNIT_NOTICE]


def test_no_role_of_the_operator_reads_a_file_in_any_state() -> None:
    operator = frozenset(role for role in Role if role.value.startswith(("operator", "system")))
    somebody = Actor("o", "u1", OrganizationKind.OPERATOR, operator)
    for state in ApplicationState:
        assert not may_read(replace(COMPLETE, state=state, round=1), somebody)
