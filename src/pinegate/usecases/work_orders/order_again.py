"""After a failure the bureau's approver has the operator try once more."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file, record_step
from pinegate.usecases.work_orders.open_work_order import open_work_order
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


async def order_again(tx: WorkOrderTransaction, application_id: str, text: str, act: Act) -> Application:
    """``text``: what the operator is to do otherwise."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, ApplicationEvent.ORDER_AGAIN, text, act.person, act.now)
    stored = await record_step(tx, before, after, ApplicationEvent.ORDER_AGAIN, act, text)
    await open_work_order(tx, stored, act)
    return stored
