"""What suspending, resuming, revoking and expiring need of the world."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from pinegate.domain.grants.grant import Grant
from pinegate.domain.grants.revocation import ReceiptKind, RevocationReceipt
from pinegate.domain.work_orders.work_order import WorkOrderState
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.transaction import AccessChanges


class GrantStore(Protocol):
    """Grants and what is withdrawn with them."""

    async def of_application(self, application_id: str, *, lock: bool = False) -> Sequence[Grant]: ...

    async def add(self, new: Sequence[Grant]) -> None: ...

    async def save(self, changed: Sequence[Grant]) -> None: ...

    async def system_is_shared_otherwise(self, system_id: str, application_id: str) -> bool:
        """Whether another application of the system still runs (is between its agreement's effect and its end)."""
        ...

    async def withdraw_credentials(self, system_id: str, now: datetime) -> Sequence[str]:
        """Withdraw all interface credentials of the system; gives the access keys that were still valid."""
        ...

    async def close_roster(self, system_id: str) -> Sequence[str]:
        """Take everybody off the system's roster; gives the persons who were on it."""
        ...

    async def close_open_orders(
        self, application_id: str, state: WorkOrderState, now: datetime
    ) -> Sequence[str]:
        """Close the application's open work orders: nothing is left to provide. Gives their ids."""
        ...

    async def live_sessions(self, application_id: str) -> int:
        """Sessions opened on the application's grants and not ended."""
        ...

    async def add_receipt(self, receipt: RevocationReceipt) -> None:
        """A receipt that is there already stays as it is."""
        ...

    async def receipts_of(self, application_id: str) -> frozenset[ReceiptKind]: ...

    async def applications_ended_by(self, today: date) -> Sequence[str]:
        """Running applications whose last day lies before ``today``."""
        ...

    async def applications_being_revoked(self) -> Sequence[str]: ...


class GrantTransaction(ApplicationTransaction, Protocol):
    """One transaction, as the grants' steps see it."""

    @property
    def grants(self) -> GrantStore: ...
    @property
    def changes(self) -> AccessChanges: ...
