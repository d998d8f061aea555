"""What keeping records for their time needs of the database."""

from collections.abc import Mapping
from typing import Protocol

from pinegate.usecases.transaction import AuditLog


class RetentionStore(Protocol):
    """What is past its time; how long that is, the database knows."""

    async def forget_expired(self, at_most: int) -> Mapping[str, int]:
        """Delete at most ``at_most`` records of each kind; how many went, by kind."""
        ...


class RetentionTransaction(Protocol):
    """One transaction, as forgetting sees it."""

    @property
    def retention(self) -> RetentionStore: ...
    @property
    def audit(self) -> AuditLog: ...
