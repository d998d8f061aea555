"""Effective only when both sides have signed and sealed (Annex 2 clause 5.4)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pinegate.domain.agreements.agreement import (
    Agreement,
    AgreementState,
    end_sharing,
    reject_seal,
    sign,
)
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError

_S = AgreementState
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
LEADER = Actor("leader", "u1", OrganizationKind.USING_UNIT, frozenset({Role.UNIT_LEADER}), "负责人")
APPROVER = Actor("approver", "b", OrganizationKind.DATA_BUREAU, frozenset({Role.BUREAU_APPROVER}), "局长")
PREPARED = Agreement("n1", "a1", "u1", _S.AWAITING_UNIT, 1, "digest")


def refusal_of(agreement: Agreement, actor: Actor, scan: str = "sm3") -> Refusal:
    with pytest.raises(RuleRefusedError) as refused:
        sign(agreement, scan, actor, NOW)
    return refused.value.refusal


def test_the_unit_signs_then_the_bureau_and_only_then_it_binds() -> None:
    signed = sign(PREPARED, "unit-scan", LEADER, NOW)
    assert (signed.state, signed.in_force) == (_S.AWAITING_BUREAU, False)
    sealed = sign(signed, "bureau-scan", APPROVER, NOW)
    assert (sealed.state, sealed.in_force) == (_S.EFFECTIVE, True)
    assert sealed.unit_signature is not None and sealed.bureau_signature is not None
    assert sealed.unit_signature.sealed_scan_sm3 == "unit-scan"
    assert sealed.bureau_signature.person_id == "approver"


def test_the_bureau_does_not_sign_first_and_the_unit_not_twice() -> None:
    assert refusal_of(PREPARED, APPROVER) is Refusal.NO_SUCH_STEP
    assert refusal_of(sign(PREPARED, "sm3", LEADER, NOW), LEADER) is Refusal.NO_SUCH_STEP


def test_a_signature_without_the_sealed_scan_does_not_count() -> None:
    assert refusal_of(PREPARED, LEADER, scan="") is Refusal.SEAL_MISSING
    assert refusal_of(sign(PREPARED, "sm3", LEADER, NOW), APPROVER, scan="") is Refusal.SEAL_MISSING


def test_another_unit_s_leader_signs_nothing() -> None:
    assert refusal_of(PREPARED, replace(LEADER, organization_id="u2")) is Refusal.OTHER_ORGANIZATION


def test_only_the_leader_and_the_approver_sign() -> None:
    clerk = replace(LEADER, roles=frozenset({Role.UNIT_CLERK}))
    reviewer = replace(APPROVER, roles=frozenset({Role.BUREAU_REVIEWER}))
    assert refusal_of(PREPARED, clerk) is Refusal.ROLE_MAY_NOT
    assert refusal_of(sign(PREPARED, "sm3", LEADER, NOW), reviewer) is Refusal.ROLE_MAY_NOT


def test_an_invalid_seal_is_gone_and_the_unit_signs_again() -> None:
    rejected = reject_seal(sign(PREPARED, "bad", LEADER, NOW), APPROVER)
    assert (rejected.state, rejected.unit_signature) == (_S.AWAITING_UNIT, None)
    assert sign(rejected, "good", LEADER, NOW).state is _S.AWAITING_BUREAU


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (_S.AWAITING_UNIT, _S.VOID),
        (_S.AWAITING_BUREAU, _S.VOID),
        (_S.EFFECTIVE, _S.SURVIVING),
    ],
)
def test_what_bound_survives_as_a_duty_and_what_never_bound_is_void(
    state: AgreementState, after: AgreementState
) -> None:
    ended = end_sharing(replace(PREPARED, state=state))
    assert (ended.state, ended.in_force) == (after, False)
