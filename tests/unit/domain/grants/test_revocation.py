"""Who may end a sharing, and when it has ended (article 7; Annex 2 clause 3)."""

import pytest

from pinegate.domain.grants.revocation import ReceiptKind, check_order, revocation_is_complete
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import ROLE_SITS_IN, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("emergency", [False, True])
def test_the_end_is_the_bureau_s_and_an_interruption_three_offices_(role: Role, emergency: bool) -> None:
    actor = Actor("p", "o", ROLE_SITS_IN[role], frozenset({role}))
    interrupts = emergency and role in (Role.SECURITY_ADMIN, Role.POLICE_LEADER)
    if interrupts or role is Role.BUREAU_APPROVER:
        check_order(actor, "超范围使用", emergency=emergency)
        return
    with pytest.raises(RuleRefusedError) as refused:
        check_order(actor, "超范围使用", emergency=emergency)
    assert refused.value.refusal is Refusal.ROLE_MAY_NOT


def test_a_reason_is_stated() -> None:
    approver = Actor("p", "o", ROLE_SITS_IN[Role.BUREAU_APPROVER], frozenset({Role.BUREAU_APPROVER}))
    with pytest.raises(RuleRefusedError) as refused:
        check_order(approver, " ", emergency=False)
    assert refused.value.refusal is Refusal.REASON_MISSING


def test_it_has_ended_with_three_receipts_and_when_nothing_plays() -> None:
    every = frozenset(ReceiptKind)
    assert len(every) == 3
    assert revocation_is_complete(every, 0)
    assert not revocation_is_complete(every, 1)
    for kind in every:
        assert not revocation_is_complete(every - {kind}, 0)
