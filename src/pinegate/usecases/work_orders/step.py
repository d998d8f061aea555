"""What every step of a work order has in common: read under lock, store, audit (运维部门处置结果)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderEvent
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


async def open_order(tx: WorkOrderTransaction, order_id: str, act: Act, *, lock: bool = True) -> WorkOrder:
    """Raises ``role_may_not`` before anybody else learns whether there is such an order, then NotFoundError."""
    Permission.PROVISION.require(act.person)
    order = await tx.work_orders.get(order_id, lock=lock)
    if order is None:
        raise NotFoundError
    return order


async def open_order_of_application(
    tx: WorkOrderTransaction, order_id: str, act: Act
) -> tuple[WorkOrder, Application]:
    """The order and its application, for a step of both."""
    unlocked = await open_order(tx, order_id, act, lock=False)
    # The application is locked first, as in every other step: no two steps wait for each other.
    application = await tx.applications.get(unlocked.application_id, lock=True)
    if application is None:
        raise NotFoundError
    return await open_order(tx, order_id, act), application


async def record_order_step(
    tx: WorkOrderTransaction,
    before: WorkOrder,
    after: WorkOrder,
    event: WorkOrderEvent,
    act: Act,
    point: str = "",
) -> None:
    """Store ``after`` with its audit event."""
    await tx.work_orders.save(after)
    await tx.audit.append(
        act.step_event(
            AuditEventName.WORK_ORDER_MOVED,
            "work_order",
            after.id,
            event,
            before.state,
            after.state,
            point=point,
            text=after.result,
        )
    )
