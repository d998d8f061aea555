"""The operator cannot provide it; the bureau decides."""

from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderEvent, fail
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.transaction import ChangeScope
from pinegate.usecases.work_orders.ports import WorkOrderTransaction
from pinegate.usecases.work_orders.step import open_order_of_application, record_order_step


async def fail_order(tx: WorkOrderTransaction, order_id: str, text: str, act: Act) -> WorkOrder:
    """``text``: why not."""
    order, before = await open_order_of_application(tx, order_id, act)
    failed = fail(order, text, act.person, act.now)
    event = ApplicationEvent.REPORT_CANNOT_PROVIDE
    after = move_with_reason(before, event, text, act.person, act.now)
    await record_order_step(tx, order, failed, WorkOrderEvent.FAIL, act)
    await record_step(tx, before, after, event, act, text)
    await tx.changes.publish(ChangeScope.APPLICATION, before.id)
    return failed
