"""An order is done only after a test play that the register knows of, by the provisioner, with a result."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderState, complete, confirm_test, fail

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PROVISIONER = Actor("p", "o", OrganizationKind.OPERATOR, frozenset({Role.OPERATOR_PROVISIONER}))
LISTER = replace(PROVISIONER, roles=frozenset({Role.OPERATOR_LISTER}))
ORDER = WorkOrder("w1", "1", "a1", "s1", WorkOrderState.OPEN, NOW)
TESTED = replace(ORDER, tested_at=NOW)


def refusal_of(step: Callable[[], WorkOrder]) -> Refusal:
    with pytest.raises(RuleRefusedError) as refused:
        step()
    return refused.value.refusal


def test_a_tested_order_is_completed_with_its_result() -> None:
    tested = confirm_test(ORDER, pictures_came=True, actor=PROVISIONER, now=NOW)
    done = complete(tested, " 已开通 ", PROVISIONER, NOW)
    assert (done.state, done.result, done.closed_at) == (WorkOrderState.DONE, "已开通", NOW)


def test_a_test_that_the_register_does_not_know_of_was_none() -> None:
    refusal = refusal_of(lambda: confirm_test(ORDER, pictures_came=False, actor=PROVISIONER, now=NOW))
    assert refusal is Refusal.TEST_PLAY_MISSING


def test_an_untested_order_is_not_done_but_may_fail() -> None:
    assert refusal_of(lambda: complete(ORDER, "已开通", PROVISIONER, NOW)) is Refusal.TEST_PLAY_MISSING
    assert fail(ORDER, "设备离线", PROVISIONER, NOW).state is WorkOrderState.FAILED


def test_nobody_but_the_provisioner_carries_it_out() -> None:
    for step in (
        lambda: confirm_test(ORDER, pictures_came=True, actor=LISTER, now=NOW),
        lambda: complete(TESTED, "已开通", LISTER, NOW),
        lambda: fail(TESTED, "设备离线", LISTER, NOW),
    ):
        assert refusal_of(step) is Refusal.ROLE_MAY_NOT


def test_an_order_is_closed_with_a_result_and_only_once() -> None:
    assert refusal_of(lambda: complete(TESTED, " ", PROVISIONER, NOW)) is Refusal.OPINION_MISSING
    assert refusal_of(lambda: fail(TESTED, "", PROVISIONER, NOW)) is Refusal.OPINION_MISSING
    done = complete(TESTED, "已开通", PROVISIONER, NOW)
    assert refusal_of(lambda: fail(done, "设备离线", PROVISIONER, NOW)) is Refusal.NO_SUCH_STEP
