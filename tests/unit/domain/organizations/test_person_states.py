"""Reminded, bound, then let in (Annex 2 clause 2.3); three administrators, each one thing only."""

import pytest

from pinegate.domain.organizations.parties import Actor, PersonState
from pinegate.domain.organizations.person_states import (
    PERSON,
    after_acknowledgement,
    check_roles,
    lock_by_order,
    move_person,
    state_of_confirmed,
    state_of_nominee,
    unlocked,
)
from pinegate.domain.organizations.roles import (
    ADMINISTRATORS,
    ROLE_SITS_IN,
    OrganizationKind,
    Role,
    roles_are_compatible,
)
from pinegate.domain.refusal import Refusal, RuleRefusedError

_S = PersonState
SECURITY = Actor("s", "b", OrganizationKind.DATA_BUREAU, frozenset({Role.SECURITY_ADMIN}))
LEADER = Actor("l", "u", OrganizationKind.USING_UNIT, frozenset({Role.UNIT_LEADER}))
VIEWER = frozenset({Role.UNIT_VIEWER})
NOMINEE = Actor("n", "u", OrganizationKind.USING_UNIT, VIEWER)
APPROVER = Actor("a", "b", OrganizationKind.DATA_BUREAU, frozenset({Role.BUREAU_APPROVER}))


def test_nobody_is_let_in_before_acknowledging() -> None:
    ways_in = [row.source for row in PERSON.rows if row.target is _S.ACCOUNT_ACTIVE]
    assert _S.NOMINATED not in ways_in
    assert _S.TRAINED not in ways_in
    assert after_acknowledgement(_S.NOMINATED, NOMINEE) is _S.ACCOUNT_ACTIVE
    assert after_acknowledgement(_S.TRAINED, NOMINEE) is _S.ACCOUNT_ACTIVE


@pytest.mark.parametrize("state", [_S.ACCOUNT_ACTIVE, _S.ACCOUNT_LOCKED, _S.REMOVED])
def test_acknowledging_again_changes_nobody_s_standing(state: PersonState) -> None:
    assert after_acknowledgement(state, NOMINEE) is state


@pytest.mark.parametrize("state", [_S.NOMINATED, _S.TRAINED, _S.ACKNOWLEDGED, _S.REMOVED])
def test_an_order_locks_nobody_whom_unlocking_would_let_in_unbound(state: PersonState) -> None:
    with pytest.raises(RuleRefusedError) as refused:
        lock_by_order(state, APPROVER)
    assert refused.value.refusal is Refusal.NO_SUCH_STEP


@pytest.mark.parametrize("state", [_S.ACCOUNT_ACTIVE, _S.ACCOUNT_LOCKED])
def test_an_order_locks_and_leaves_locked(state: PersonState) -> None:
    assert lock_by_order(state, APPROVER) is _S.ACCOUNT_LOCKED


def test_removed_is_the_end() -> None:
    assert [row for row in PERSON.rows if row.source is _S.REMOVED] == []


@pytest.mark.parametrize("source", list(_S))
def test_no_administrator_acknowledges_for_somebody(source: PersonState) -> None:
    with pytest.raises(RuleRefusedError):
        move_person(source, _S.ACKNOWLEDGED, SECURITY)


def test_nobody_lets_in_by_hand_or_acknowledges_for_somebody_whatever_the_role() -> None:
    everything = Actor("e", "u", OrganizationKind.USING_UNIT, frozenset(Role))
    for source, target in (
        (_S.NOMINATED, _S.ACKNOWLEDGED),
        (_S.TRAINED, _S.ACKNOWLEDGED),
        (_S.ACKNOWLEDGED, _S.ACCOUNT_ACTIVE),
    ):
        with pytest.raises(RuleRefusedError) as refused:
            move_person(source, target, everything)
        assert refused.value.refusal is Refusal.NO_SUCH_STEP


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (_S.ACCOUNT_ACTIVE, _S.ACCOUNT_LOCKED),
        (_S.ACCOUNT_ACTIVE, _S.REMOVED),
    ],
)
def test_accounts_are_locked_and_removed_by_the_security_administrator_alone(
    source: PersonState, target: PersonState
) -> None:
    assert move_person(source, target, SECURITY) is target
    with pytest.raises(RuleRefusedError) as refused:
        move_person(source, target, LEADER)
    assert refused.value.refusal is Refusal.ROLE_MAY_NOT


def test_who_is_locked_is_let_in_by_nobody_alone() -> None:
    with pytest.raises(RuleRefusedError) as refused:
        move_person(_S.ACCOUNT_LOCKED, _S.ACCOUNT_ACTIVE, SECURITY)
    assert refused.value.refusal is Refusal.SECOND_PERSON_MISSING
    assert unlocked(_S.ACCOUNT_LOCKED) is _S.ACCOUNT_ACTIVE
    with pytest.raises(RuleRefusedError):
        unlocked(_S.NOMINATED)


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_a_unit_s_people_are_bound_first_whoever_stands_for_them(kind: OrganizationKind) -> None:
    bound_first = kind is OrganizationKind.USING_UNIT
    assert state_of_confirmed(kind) is (_S.NOMINATED if bound_first else _S.ACCOUNT_ACTIVE)


def test_who_prepares_a_decision_does_not_take_it() -> None:
    for pair in (
        {Role.POLICE_REVIEWER, Role.POLICE_LEADER},
        {Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER},
        {Role.OPERATOR_CATALOGUER, Role.OPERATOR_LISTER},
    ):
        assert not roles_are_compatible(frozenset(pair))
    assert roles_are_compatible(frozenset({Role.UNIT_CLERK, Role.UNIT_LEADER}))


def test_a_unit_s_leader_nominates_viewers_of_the_own_unit() -> None:
    assert state_of_nominee(VIEWER, LEADER, own=True) is _S.NOMINATED
    with pytest.raises(RuleRefusedError) as refused:
        state_of_nominee(VIEWER, LEADER, own=False)
    assert refused.value.refusal is Refusal.OTHER_ORGANIZATION
    for roles in ({Role.UNIT_LEADER}, {Role.UNIT_VIEWER, Role.UNIT_CLERK}):
        with pytest.raises(RuleRefusedError):
            state_of_nominee(frozenset(roles), LEADER, own=True)
    with pytest.raises(RuleRefusedError):
        state_of_nominee(VIEWER, SECURITY, own=True)


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
def test_an_administrator_holds_no_other_role(administrator: Role) -> None:
    for other in set(Role) - {administrator}:
        assert not roles_are_compatible(frozenset({administrator, other}))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_sits_in_one_kind_of_organization_only(role: Role) -> None:
    for kind in OrganizationKind:
        if kind is ROLE_SITS_IN[role]:
            check_roles(frozenset({role}), kind)
            continue
        with pytest.raises(RuleRefusedError) as refused:
            check_roles(frozenset({role}), kind)
        assert refused.value.refusal is Refusal.ROLES_INCOMPATIBLE
