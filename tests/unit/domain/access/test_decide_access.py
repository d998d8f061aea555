"""The rule that decides: one case for every reason, and no way around any single precondition."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.domain.access.decide_access import (
    LEASE_SECONDS,
    SENSITIVE_LEASE_SECONDS,
    decide_access,
)
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.request import (
    AccessChannel,
    AccessFacts,
    AccessRequest,
    Allowed,
    Denied,
    GrantFacts,
    PersonFacts,
    PointFacts,
    SystemFacts,
)
from pinegate.domain.access.tracks import PICTURE, PICTURE_AND_SOUND
from pinegate.domain.agreements.agreement import IN_FORCE, Agreement, AgreementState
from pinegate.domain.applications.states import PICTURES_FLOW, ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.operation import SENSITIVE, Operation
from pinegate.domain.grants.grant import Grant, GrantState
from pinegate.domain.organizations.parties import PersonState, Standing

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
Situation = tuple[AccessRequest, AccessFacts]
Change = Callable[[AccessRequest, AccessFacts], Situation]

GRANT = Grant(
    id="g1",
    application_id="a1",
    organization_id="u1",
    system_id="s1",
    point_id="c1",
    operations=frozenset({Operation.LIVE, Operation.PTZ}),
    state=GrantState.ACTIVE,
    valid_from=NOW - HOUR,
    valid_until=NOW + HOUR,
)
AGREEMENT = Agreement("n1", "a1", "u1", AgreementState.EFFECTIVE, 1, "digest")
FACTS = AccessFacts(
    person=PersonFacts("u1", Standing.ACTIVE, PersonState.ACCOUNT_ACTIVE, True, frozenset({"n1"})),
    system=SystemFacts("u1", Standing.ACTIVE),
    point=PointFacts(ListingState.LISTED, sharing_mark=True, secret=False),
    grants=(GrantFacts(GRANT, ApplicationState.ACTIVE, AGREEMENT),),
)
REQUEST = AccessRequest(AccessChannel.PORTAL, "p1", "s1", "c1", Operation.LIVE, "占道巡查")
TEST_PLAY = replace(REQUEST, channel=AccessChannel.OPERATOR_TEST, work_order_id="w1")


def _asked(**changes: Any) -> Change:
    return lambda request, facts: (replace(request, **changes), facts)


def _facts(**changes: Any) -> Change:
    return lambda request, facts: (request, replace(facts, **changes))


def _part(name: str, **changes: Any) -> Change:
    def change(request: AccessRequest, facts: AccessFacts) -> Situation:
        return request, replace(facts, **{name: replace(getattr(facts, name), **changes)})

    return change


def _granted(**changes: Any) -> Change:
    """Change every grant's facts; keys of the grant itself or of ``GrantFacts``."""

    def changed(facts: GrantFacts) -> GrantFacts:
        if changes.keys() <= {"application_state", "agreement"}:
            return replace(facts, **changes)
        return replace(facts, grant=replace(facts.grant, **changes))

    return lambda request, facts: (request, replace(facts, grants=tuple(map(changed, facts.grants))))


BROKEN: dict[DenialReason, Change] = {
    DenialReason.REASON_MISSING: _asked(reason="  "),
    DenialReason.PERSON_UNKNOWN: _facts(person=None),
    DenialReason.ORGANIZATION_NOT_ACTIVE: _part("person", organization_standing=Standing.SUSPENDED),
    DenialReason.SYSTEM_NOT_ACTIVE: _part("system", standing=Standing.ENDED),
    DenialReason.PERSON_NOT_ACTIVE: _part("person", state=PersonState.NOMINATED),
    DenialReason.NOT_ON_ROSTER: _part("person", on_roster=False),
    DenialReason.POINT_UNKNOWN: _facts(point=None),
    DenialReason.NOT_GRANTED: _facts(grants=()),
    DenialReason.POINT_NOT_LISTED: _part("point", listing_state=ListingState.DELISTED),
    DenialReason.SHARING_MARK_WITHDRAWN: _part("point", sharing_mark=False),
    DenialReason.POINT_SECRET: _part("point", secret=True),
    DenialReason.OPERATION_NOT_GRANTED: _granted(operations=frozenset({Operation.AUDIO})),
    DenialReason.GRANT_PENDING: _granted(state=GrantState.PENDING),
    DenialReason.GRANT_SUSPENDED: _granted(state=GrantState.SUSPENDED),
    DenialReason.GRANT_REVOKED: _granted(state=GrantState.REVOKED),
    DenialReason.GRANT_EXPIRED: _granted(valid_until=NOW),
    DenialReason.GRANT_NOT_YET_VALID: _granted(valid_from=NOW + HOUR),
    DenialReason.APPLICATION_NOT_ACTIVE: _granted(application_state=ApplicationState.SUSPENDED),
    DenialReason.AGREEMENT_NOT_EFFECTIVE: _granted(agreement=None),
    DenialReason.NOT_ACKNOWLEDGED: _part("person", acknowledged_agreements=frozenset()),
}
"""What each reason stands for, as one change to a situation that is allowed."""


def test_everything_in_order_is_allowed_until_the_grant_ends() -> None:
    assert decide_access(REQUEST, FACTS, NOW) == Allowed("g1", "a1", NOW + HOUR, LEASE_SECONDS, PICTURE)


HEARD = replace(GRANT, id="g2", application_id="a2", operations=frozenset({Operation.AUDIO}))


def test_sound_is_carried_where_it_is_granted_by_name() -> None:
    request, facts = _granted(operations=frozenset({Operation.LIVE, Operation.AUDIO}))(REQUEST, FACTS)
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Allowed) and answer.tracks == PICTURE_AND_SOUND


def test_everything_but_sound_is_silent() -> None:
    request, facts = _granted(operations=frozenset(Operation) - {Operation.AUDIO})(REQUEST, FACTS)
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Allowed) and answer.tracks == PICTURE


@pytest.mark.parametrize("operation", [Operation.SNAPSHOT, Operation.PTZ, Operation.AUDIO])
def test_what_is_no_live_look_carries_nothing(operation: Operation) -> None:
    request, facts = _granted(operations=frozenset(Operation))(replace(REQUEST, operation=operation), FACTS)
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Allowed) and answer.tracks == frozenset()


def test_an_operator_s_test_is_silent() -> None:
    request, facts = _granted(operations=frozenset(Operation))(
        TEST_PLAY, replace(FACTS, work_order_open=True)
    )
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Allowed) and answer.tracks == PICTURE


def test_sound_may_stand_on_another_grant_than_the_pictures() -> None:
    both = replace(FACTS, grants=(FACTS.grants[0], replace(FACTS.grants[0], grant=HEARD)))
    answer = decide_access(REQUEST, both, NOW)
    assert isinstance(answer, Allowed)
    assert (answer.grant_id, answer.tracks) == ("g1", PICTURE_AND_SOUND)


@pytest.mark.parametrize("reason", [reason for reason in BROKEN if reason.value.startswith("grant_")])
def test_a_grant_of_sound_that_would_not_open_a_picture_opens_no_sound(reason: DenialReason) -> None:
    broken = BROKEN[reason](REQUEST, replace(FACTS, grants=(replace(FACTS.grants[0], grant=HEARD),)))[1]
    answer = decide_access(REQUEST, replace(FACTS, grants=(*FACTS.grants, *broken.grants)), NOW)
    assert isinstance(answer, Allowed) and answer.tracks == PICTURE


def test_sound_alone_opens_no_picture() -> None:
    answer = decide_access(REQUEST, replace(FACTS, grants=(replace(FACTS.grants[0], grant=HEARD),)), NOW)
    assert answer == Denied(DenialReason.OPERATION_NOT_GRANTED, "g2")


def test_sensitive_operations_get_a_short_lease() -> None:
    answer = decide_access(replace(REQUEST, operation=Operation.PTZ), FACTS, NOW)
    assert isinstance(answer, Allowed)
    assert answer.lease_seconds == SENSITIVE_LEASE_SECONDS
    assert Operation.PTZ in SENSITIVE


@pytest.mark.parametrize("reason", BROKEN)
def test_each_reason_is_given_where_it_applies(reason: DenialReason) -> None:
    answer = decide_access(*BROKEN[reason](REQUEST, FACTS), NOW)
    assert isinstance(answer, Denied)
    assert answer.reason is reason


def test_a_withdrawn_credential_closes_the_interface_and_not_the_portal() -> None:
    request, facts = _part("system", interface_open=False)(
        replace(REQUEST, channel=AccessChannel.INTERFACE), FACTS
    )
    assert decide_access(request, facts, NOW) == Denied(DenialReason.CREDENTIAL_WITHDRAWN)
    assert isinstance(decide_access(REQUEST, facts, NOW), Allowed)


def test_another_unit_s_system_is_not_one_s_roster() -> None:
    answer = decide_access(*_part("system", organization_id="u2")(REQUEST, FACTS), NOW)
    assert answer == Denied(DenialReason.NOT_ON_ROSTER)


def test_an_unknown_system_is_not_active() -> None:
    assert decide_access(REQUEST, replace(FACTS, system=None), NOW) == Denied(DenialReason.SYSTEM_NOT_ACTIVE)


def test_the_operator_s_test_needs_an_open_order_and_nothing_of_the_paper() -> None:
    bare = AccessFacts(FACTS.person, None, FACTS.point, (), work_order_open=True)
    assert decide_access(TEST_PLAY, bare, NOW) == Allowed(None, None, None, SENSITIVE_LEASE_SECONDS, PICTURE)
    closed = replace(bare, work_order_open=False)
    assert decide_access(TEST_PLAY, closed, NOW) == Denied(DenialReason.WORK_ORDER_NOT_OPEN)
    control = replace(TEST_PLAY, operation=Operation.PTZ)
    assert decide_access(control, bare, NOW) == Denied(DenialReason.WORK_ORDER_NOT_OPEN)


@pytest.mark.parametrize(
    "reason",
    [
        DenialReason.REASON_MISSING,
        DenialReason.PERSON_UNKNOWN,
        DenialReason.ORGANIZATION_NOT_ACTIVE,
        DenialReason.PERSON_NOT_ACTIVE,
        DenialReason.POINT_UNKNOWN,
        DenialReason.POINT_NOT_LISTED,
        DenialReason.SHARING_MARK_WITHDRAWN,
        DenialReason.POINT_SECRET,
    ],
)
def test_an_open_order_opens_no_more_than_shared_points_to_active_persons(reason: DenialReason) -> None:
    answer = decide_access(*BROKEN[reason](TEST_PLAY, replace(FACTS, work_order_open=True)), NOW)
    assert answer == Denied(reason)


def test_every_reason_has_its_case() -> None:
    elsewhere = {DenialReason.CREDENTIAL_WITHDRAWN, DenialReason.WORK_ORDER_NOT_OPEN}
    assert set(BROKEN) | elsewhere == set(DenialReason)


def test_of_several_grants_one_that_allows_suffices() -> None:
    revoked = replace(FACTS.grants[0], grant=replace(GRANT, id="g0", state=GrantState.REVOKED))
    facts = replace(FACTS, grants=(FACTS.grants[0], revoked))
    assert isinstance(decide_access(REQUEST, facts, NOW), Allowed)


def test_of_several_grants_that_deny_the_newest_is_told() -> None:
    revoked = replace(FACTS.grants[0], grant=replace(GRANT, id="g0", state=GrantState.REVOKED))
    pending = replace(FACTS.grants[0], grant=replace(GRANT, id="g2", state=GrantState.PENDING))
    answer = decide_access(REQUEST, replace(FACTS, grants=(revoked, pending)), NOW)
    assert answer == Denied(DenialReason.GRANT_PENDING, "g2")


@pytest.mark.parametrize("state", list(PersonState))
def test_only_who_is_bound_and_let_in_watches_and_only_an_active_account_tests(state: PersonState) -> None:
    bound = state in (PersonState.ACCOUNT_ACTIVE, PersonState.ACKNOWLEDGED)
    request, facts = _part("person", state=state)(REQUEST, replace(FACTS, work_order_open=True))
    assert isinstance(decide_access(request, facts, NOW), Allowed) is bound
    tests = state is PersonState.ACCOUNT_ACTIVE
    assert isinstance(decide_access(TEST_PLAY, facts, NOW), Allowed) is tests


@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.ENDED])
def test_neither_a_suspended_nor_an_ended_party_watches(standing: Standing) -> None:
    unit = decide_access(*_part("person", organization_standing=standing)(REQUEST, FACTS), NOW)
    assert unit == Denied(DenialReason.ORGANIZATION_NOT_ACTIVE)
    system = decide_access(*_part("system", standing=standing)(REQUEST, FACTS), NOW)
    assert system == Denied(DenialReason.SYSTEM_NOT_ACTIVE)


@pytest.mark.parametrize("state", list(ListingState))
def test_only_a_listed_point_is_shown(state: ListingState) -> None:
    answer = decide_access(*_part("point", listing_state=state)(REQUEST, FACTS), NOW)
    assert isinstance(answer, Allowed) is (state is ListingState.LISTED)


@pytest.mark.parametrize("state", list(ApplicationState))
def test_pictures_flow_from_provision_to_the_end_date_and_at_no_other_time(state: ApplicationState) -> None:
    answer = decide_access(*_granted(application_state=state)(REQUEST, FACTS), NOW)
    assert isinstance(answer, Allowed) is (state in (ApplicationState.ACTIVE, ApplicationState.TERMINATING))


@pytest.mark.parametrize("state", list(AgreementState))
def test_an_agreement_binds_from_both_seals_to_the_end_of_sharing(state: AgreementState) -> None:
    answer = decide_access(*_granted(agreement=replace(AGREEMENT, state=state))(REQUEST, FACTS), NOW)
    assert isinstance(answer, Allowed) is (state is AgreementState.EFFECTIVE)


def test_the_duty_of_another_agreement_binds_nobody_here() -> None:
    request, facts = _part("person", acknowledged_agreements=frozenset({"n2"}))(REQUEST, FACTS)
    assert decide_access(request, facts, NOW) == Denied(DenialReason.NOT_ACKNOWLEDGED, "g1")


@pytest.mark.parametrize("operation", list(Operation))
def test_what_is_sensitive_is_asked_about_again_after_two_seconds_and_all_else_after_thirty(
    operation: Operation,
) -> None:
    request, facts = _granted(operations=frozenset(Operation))(replace(REQUEST, operation=operation), FACTS)
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Allowed)
    sensitive = operation.value in {"ptz", "preset", "download", "push"}
    assert answer.lease_seconds == (2 if sensitive else 30)


@st.composite
def allowed_situations(draw: st.DrawFn) -> Situation:
    """Any person, channel, operation and number of good grants for which the rule says yes."""
    operation = draw(st.sampled_from(Operation))
    more = draw(st.frozensets(st.sampled_from(Operation)))
    grants = tuple(
        GrantFacts(
            replace(
                GRANT,
                id=f"g{number}",
                operations=more | {operation},
                valid_from=NOW - draw(st.timedeltas(timedelta(0), timedelta(days=900))),
                valid_until=NOW + draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=900))),
            ),
            draw(st.sampled_from(sorted(PICTURES_FLOW))),
            replace(AGREEMENT, state=draw(st.sampled_from(sorted(IN_FORCE)))),
        )
        for number in range(draw(st.integers(1, 3)))
    )
    request = replace(
        REQUEST,
        channel=draw(st.sampled_from([AccessChannel.PORTAL, AccessChannel.INTERFACE])),
        operation=operation,
        reason=draw(st.text(min_size=1).filter(str.strip)),
    )
    assert FACTS.person is not None
    state = draw(st.sampled_from([PersonState.ACCOUNT_ACTIVE, PersonState.ACKNOWLEDGED]))
    return request, replace(FACTS, person=replace(FACTS.person, state=state), grants=grants)


@given(allowed_situations(), st.sampled_from(sorted(BROKEN)))
def test_removing_any_single_precondition_denies(situation: Situation, reason: DenialReason) -> None:
    assert isinstance(decide_access(*situation, NOW), Allowed)
    request, facts = BROKEN[reason](*situation)
    if reason is DenialReason.OPERATION_NOT_GRANTED and request.operation is Operation.AUDIO:
        request = replace(request, operation=Operation.LIVE)
    answer = decide_access(request, facts, NOW)
    assert isinstance(answer, Denied)
    assert answer.reason is reason


@given(
    allowed_situations(),
    st.sampled_from(sorted(set(ApplicationState) - PICTURES_FLOW)),
    st.sampled_from(sorted(set(AgreementState) - IN_FORCE)),
    st.sampled_from(sorted(set(GrantState) - {GrantState.ACTIVE})),
)
def test_no_other_state_of_the_paper_lets_a_picture_through(
    situation: Situation, application: ApplicationState, agreement: AgreementState, grant: GrantState
) -> None:
    for change in (
        _granted(application_state=application),
        _granted(agreement=replace(AGREEMENT, state=agreement)),
        _granted(state=grant),
    ):
        assert isinstance(decide_access(*change(*situation), NOW), Denied)


def test_a_grant_holds_from_its_first_moment_until_just_before_its_last() -> None:
    moments = (GRANT.valid_from, GRANT.valid_until - timedelta(microseconds=1), GRANT.valid_until)
    answers = [isinstance(decide_access(REQUEST, FACTS, moment), Allowed) for moment in moments]
    assert answers == [True, True, False]


@given(allowed_situations(), st.timedeltas(timedelta(days=-2_000), timedelta(days=2_000)))
def test_outside_its_validity_a_grant_is_nothing(situation: Situation, shift: timedelta) -> None:
    request, facts = situation
    moment = NOW + shift
    held = any(f.grant.valid_from <= moment < f.grant.valid_until for f in facts.grants)
    assert isinstance(decide_access(request, facts, moment), Allowed) is held
