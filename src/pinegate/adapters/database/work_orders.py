"""Work orders."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.numbering import next_number
from pinegate.adapters.database.tables import access_register, work_orders
from pinegate.domain.access.request import AccessChannel
from pinegate.domain.work_orders.work_order import WorkOrder, WorkOrderState


class WorkOrderRows:
    """Implements ``usecases.work_orders.ports.WorkOrderStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, order_id: str, *, lock: bool = False) -> WorkOrder | None:
        query = select(work_orders).where(work_orders.c.id == order_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        return WorkOrder(
            id=row.id,
            number=row.number,
            application_id=row.application_id,
            system_id=row.system_id,
            state=WorkOrderState(row.state),
            created_at=row.created_at,
            tested_at=row.tested_at,
            closed_at=row.closed_at,
            result=row.result,
            kind=row.kind,
        )

    async def add(self, order: WorkOrder) -> None:
        await self._connection.execute(
            insert(work_orders).values(
                id=order.id,
                number=order.number,
                application_id=order.application_id,
                system_id=order.system_id,
                kind=order.kind,
                state=order.state,
                created_at=order.created_at,
            )
        )

    async def save(self, order: WorkOrder) -> None:
        await self._connection.execute(
            update(work_orders)
            .where(work_orders.c.id == order.id)
            .values(
                state=order.state,
                result=order.result,
                tested_at=order.tested_at,
                closed_at=order.closed_at,
            )
        )

    async def next_number(self, now: datetime) -> str:
        return await next_number(self._connection, work_orders, "GD", now)

    async def test_play_ran(self, order_id: str, point_id: str) -> bool:
        session = access_register.c
        query = select(func.count()).where(
            session.work_order_id == order_id,
            session.point_id == point_id,
            session.channel == AccessChannel.OPERATOR_TEST,
            session.started_at.is_not(None),
        )
        return (await self._connection.execute(query)).scalar_one() > 0
