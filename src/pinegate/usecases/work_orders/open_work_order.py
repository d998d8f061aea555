"""The operator is told to provide what was approved and sealed (article 5)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.work_orders.work_order import WORK_ORDER, WorkOrder, WorkOrderEvent
from pinegate.usecases.act import Act
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


async def open_work_order(tx: WorkOrderTransaction, application: Application, act: Act) -> WorkOrder:
    """A fresh work order; the operator sees points, operations, system and unit, and nothing else of the file."""
    event = WorkOrderEvent.ORDER
    order = WorkOrder(
        id=act.new_id(),
        number=await tx.work_orders.next_number(act.now),
        application_id=application.id,
        system_id=application.system_id,
        state=WORK_ORDER.step(None, event),
        created_at=act.now,
    )
    await tx.work_orders.add(order)
    await tx.audit.append(
        act.step_event(
            AuditEventName.WORK_ORDER_MOVED,
            "work_order",
            order.id,
            event,
            None,
            order.state,
            application=application.id,
        )
    )
    return order
