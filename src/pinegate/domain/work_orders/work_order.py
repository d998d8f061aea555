"""A work order: points, operations, system and unit — and the result that the operator writes on it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable, Transition


class WorkOrderState(StrEnum):
    """Where a work order stands."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


class WorkOrderEvent(StrEnum):
    """What happens to a work order."""

    ORDER = "order"
    CONFIRM_TEST = "confirm_test"
    COMPLETE = "complete"
    FAIL = "fail"
    CALL_OFF = "call_off"


_S, _E = WorkOrderState, WorkOrderEvent
_PROVISIONERS = ROLES_WITH[Permission.PROVISION]

WORK_ORDER = StateTable(
    "work_order",
    [
        Transition(None, _E.ORDER, _S.OPEN, clause="article 5"),
        Transition(_S.OPEN, _E.CONFIRM_TEST, _S.OPEN, _PROVISIONERS, "article 5"),
        Transition(_S.OPEN, _E.COMPLETE, _S.DONE, _PROVISIONERS, "article 5"),
        Transition(_S.OPEN, _E.FAIL, _S.FAILED, _PROVISIONERS, "article 5"),
        Transition(_S.OPEN, _E.CALL_OFF, _S.FAILED, clause="article 7"),
    ],
)


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """Provisioning for one approved application. ``result``: 处置结果."""

    id: str
    number: str
    application_id: str
    system_id: str
    state: WorkOrderState
    created_at: datetime
    tested_at: datetime | None = None
    closed_at: datetime | None = None
    result: str = ""
    kind: str = "provision"


def confirm_test(order: WorkOrder, *, pictures_came: bool, actor: Actor, now: datetime) -> WorkOrder:
    """The operator saw the picture. ``pictures_came``: the register knows of a test play under this order that ran."""
    target = WORK_ORDER.step(order.state, WorkOrderEvent.CONFIRM_TEST, actor.roles)
    if not pictures_came:
        raise RuleRefusedError(Refusal.TEST_PLAY_MISSING)
    return replace(order, state=target, tested_at=now)


def complete(order: WorkOrder, result: str, actor: Actor, now: datetime) -> WorkOrder:
    """Done: never without a test play."""
    target = WORK_ORDER.step(order.state, WorkOrderEvent.COMPLETE, actor.roles)
    if order.tested_at is None:
        raise RuleRefusedError(Refusal.TEST_PLAY_MISSING)
    return _close(order, target, result, now)


def fail(order: WorkOrder, result: str, actor: Actor, now: datetime) -> WorkOrder:
    """Cannot be provided; the bureau decides what follows."""
    return _close(order, WORK_ORDER.step(order.state, WorkOrderEvent.FAIL, actor.roles), result, now)


def _close(order: WorkOrder, state: WorkOrderState, result: str, now: datetime) -> WorkOrder:
    if not result.strip():
        raise RuleRefusedError(Refusal.OPINION_MISSING, {"field": "text"})
    return replace(order, state=state, result=result.strip(), closed_at=now)
