"""The operator says that the picture of one of the order's points was seen."""

from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderEvent, confirm_test
from pinegate.usecases.act import Act
from pinegate.usecases.work_orders.ports import WorkOrderTransaction
from pinegate.usecases.work_orders.step import open_order, record_order_step


async def confirm_test_play(tx: WorkOrderTransaction, order_id: str, point_id: str, act: Act) -> WorkOrder:
    """The access register must know of a test play that ran."""
    order = await open_order(tx, order_id, act)
    ran = await tx.work_orders.test_play_ran(order_id, point_id)
    tested = confirm_test(order, pictures_came=ran, actor=act.person, now=act.now)
    await record_order_step(tx, order, tested, WorkOrderEvent.CONFIRM_TEST, act, point=point_id)
    return tested
