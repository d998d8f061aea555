"""The operator has carried the order out: the sharing begins."""

from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import provision
from pinegate.domain.grants.grant import GrantEvent
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderEvent, complete
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.grants.move_grants import move_grants
from pinegate.usecases.transaction import ChangeScope
from pinegate.usecases.work_orders.ports import WorkOrderTransaction
from pinegate.usecases.work_orders.step import open_order_of_application, record_order_step


async def complete_order(tx: WorkOrderTransaction, order_id: str, text: str, act: Act) -> WorkOrder:
    """The application becomes active, and with it exactly the grants that were prepared at the agreement's effect."""
    order, before = await open_order_of_application(tx, order_id, act)
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
    await record_order_step(tx, order, done, WorkOrderEvent.COMPLETE, act)
    await record_step(tx, before, after, ApplicationEvent.PROVISION, act, text)
    await move_grants(tx, before.id, GrantEvent.ACTIVATE, act)
    await tx.changes.publish(ChangeScope.APPLICATION, before.id)
    return done
