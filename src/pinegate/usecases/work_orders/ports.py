"""What work orders need of the world."""

from datetime import datetime
from typing import Protocol

from pinegate.domain.work_orders.work_order import WorkOrder
from pinegate.usecases.grants.ports import GrantTransaction


class WorkOrderStore(Protocol):
    """Work orders, and what the access register says of their test plays."""

    async def get(self, order_id: str, *, lock: bool = False) -> WorkOrder | None: ...

    async def add(self, order: WorkOrder) -> None: ...

    async def save(self, order: WorkOrder) -> None: ...

    async def next_number(self, now: datetime) -> str:
        """``GD-<year>-<running number>``; locks the numbering until the transaction ends."""
        ...

    async def test_play_ran(self, order_id: str, point_id: str) -> bool:
        """Whether a test play of the point under this order started."""
        ...


class WorkOrderTransaction(GrantTransaction, Protocol):
    """One transaction, as the work orders' verbs see it."""

    @property
    def work_orders(self) -> WorkOrderStore: ...
