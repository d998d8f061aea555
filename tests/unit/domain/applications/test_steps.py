"""What a step asks for besides its row in the table."""

from dataclasses import replace
from datetime import UTC, date, datetime

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
    move_with_reason,
    record_consultation,
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
    changes: dict[str, object], refusal: Refusal, field: str
) -> None:
    assert _refusal_of(replace(COMPLETE, **changes)) == (refusal, field)  # type: ignore[arg-type]


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


def test_the_order_of_points_is_no_other_request() -> None:
    turned = replace(COMPLETE, points=tuple(reversed(COMPLETE.points)))
    assert edit(COMPLETE, turned, CLERK).consultation is not None


def test_who_accepted_does_not_consent() -> None:
    accepted = accept(submit(COMPLETE, LISTED, LEADER, NOW), "受理", POLICE, NOW)
    with pytest.raises(RuleRefusedError) as refused:
        consent(accepted, {"c1": frozenset({Operation.LIVE})}, "同意", POLICE, NOW)
    assert refused.value.refusal is Refusal.SAME_PERSON_TWICE


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
