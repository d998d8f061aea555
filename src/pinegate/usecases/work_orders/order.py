"""The operator is told to provide what was approved and sealed (article 5), once or again."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderEvent, WorkOrderState
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file, record_step
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


async def open_work_order(tx: WorkOrderTransaction, application: Application, act: Act) -> WorkOrder:
    """A fresh work order; the operator sees points, operations, system and unit, and nothing else of the file."""
    order = WorkOrder(
        id=act.new_id(),
        number=await tx.work_orders.next_number(act.now),
        application_id=application.id,
        system_id=application.system_id,
        state=WorkOrderState.OPEN,
        created_at=act.now,
    )
    await tx.work_orders.add(order)
    await tx.audit.append(
        act.event(
            AuditEventName.WORK_ORDER_MOVED,
            "work_order",
            order.id,
            event=WorkOrderEvent.ORDER.value,
            application=application.id,
        )
    )
    return order


async def order_again(tx: WorkOrderTransaction, application_id: str, text: str, act: Act) -> Application:
    """After a failure the bureau's approver has the operator try once more."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, ApplicationEvent.ORDER_AGAIN, text, act.person, act.now)
    stored = await record_step(tx, before, after, ApplicationEvent.ORDER_AGAIN, act, text)
    await open_work_order(tx, stored, act)
    return stored
