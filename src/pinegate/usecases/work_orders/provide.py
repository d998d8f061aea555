"""The operator carries the order out: test play, completion or failure (运维部门处置结果)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason, provision
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.grants.grant import GrantEvent
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.work_orders.work_order import (
    WorkOrder,
    WorkOrderEvent,
    complete,
    confirm_test,
    fail,
)
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.grants.strike import move_grants
from pinegate.usecases.transaction import ChangeScope
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


async def confirm_test_play(tx: WorkOrderTransaction, order_id: str, point_id: str, act: Act) -> WorkOrder:
    """The operator says that the picture of one of the order's points was seen; the register must know of it."""
    order = await _open(tx, order_id, act)
    ran = await tx.work_orders.test_play_ran(order_id, point_id)
    tested = confirm_test(order, pictures_came=ran, actor=act.person, now=act.now)
    await _record(tx, order, tested, WorkOrderEvent.CONFIRM_TEST, act, point=point_id)
    return tested


async def complete_order(tx: WorkOrderTransaction, order_id: str, text: str, act: Act) -> WorkOrder:
    """The application becomes active, and with it exactly the grants that were prepared at the agreement's effect."""
    order, before = await _open_with_application(tx, order_id, act)
    done = complete(order, text, act.person, act.now)
    agreement = await tx.agreements.of_application(before.id)
    after = provision(
        before,
        text,
        agreement_effective=agreement is not None and agreement.in_force,
        tested=done.tested_at is not None,
        actor=act.person,
        now=act.now,
    )
    await _record(tx, order, done, WorkOrderEvent.COMPLETE, act)
    await record_step(tx, before, after, ApplicationEvent.PROVISION, act, text)
    await move_grants(tx, before.id, GrantEvent.ACTIVATE, act)
    await tx.changes.publish(ChangeScope.APPLICATION, before.id)
    return done


async def fail_order(tx: WorkOrderTransaction, order_id: str, text: str, act: Act) -> WorkOrder:
    """The operator cannot provide it; the bureau decides."""
    order, before = await _open_with_application(tx, order_id, act)
    failed = fail(order, text, act.person, act.now)
    event = ApplicationEvent.REPORT_CANNOT_PROVIDE
    after = move_with_reason(before, event, text, act.person, act.now)
    await _record(tx, order, failed, WorkOrderEvent.FAIL, act)
    await record_step(tx, before, after, event, act, text)
    await tx.changes.publish(ChangeScope.APPLICATION, before.id)
    return failed


async def _open(tx: WorkOrderTransaction, order_id: str, act: Act) -> WorkOrder:
    Permission.PROVISION.require(act.person)
    order = await tx.work_orders.get(order_id, lock=True)
    if order is None:
        raise NotFoundError
    return order


async def _open_with_application(
    tx: WorkOrderTransaction, order_id: str, act: Act
) -> tuple[WorkOrder, Application]:
    Permission.PROVISION.require(act.person)
    unlocked = await tx.work_orders.get(order_id)
    if unlocked is None:
        raise NotFoundError
    # The application is locked first, as in every other step: no two steps wait for each other.
    application = await tx.applications.get(unlocked.application_id, lock=True)
    order = await tx.work_orders.get(order_id, lock=True)
    if application is None or order is None:
        raise NotFoundError
    return order, application


async def _record(
    tx: WorkOrderTransaction,
    before: WorkOrder,
    after: WorkOrder,
    event: WorkOrderEvent,
    act: Act,
    point: str = "",
) -> None:
    await tx.work_orders.save(after)
    await tx.audit.append(
        act.event(
            AuditEventName.WORK_ORDER_MOVED,
            "work_order",
            after.id,
            event=event.value,
            point=point,
            text=after.result,
            **{"from": before.state.value, "to": after.state.value},
        )
    )
