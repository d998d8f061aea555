"""What the application's steps need of the world."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from pinegate.domain.agreements.agreement import Agreement
from pinegate.domain.applications.application import Application
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.transaction import AuditLog, NoticeBoard


class ApplicationStore(Protocol):
    """Applications with their points and the opinions of the present round."""

    async def get(self, application_id: str, *, lock: bool = False) -> Application | None: ...

    async def add(self, application: Application, policy_version: str, now: datetime) -> None: ...

    async def save(self, application: Application, now: datetime) -> Application:
        """Store what changed; opinions are only ever added. Gives the application with its new version."""
        ...

    async def next_number(self, now: datetime) -> str:
        """``SQ-<year>-<running number>``; locks the numbering until the transaction ends."""
        ...

    async def listed_points(self, viewer: Actor, point_ids: Collection[str], now: datetime) -> frozenset[str]:
        """Those of ``point_ids`` that ``viewer`` may see listed at this moment."""
        ...

    async def unsigned_since(self, before: datetime) -> Sequence[str]:
        """Applications that have waited for their agreement's seals since earlier than ``before``."""
        ...


class AgreementStore(Protocol):
    """One agreement for an application at most."""

    async def get(self, agreement_id: str, *, lock: bool = False) -> Agreement | None: ...

    async def of_application(self, application_id: str, *, lock: bool = False) -> Agreement | None: ...

    async def add(self, agreement: Agreement, now: datetime) -> None: ...

    async def save(self, agreement: Agreement, now: datetime) -> None: ...


class ApplicationTransaction(Protocol):
    """One transaction, as the application's steps see it."""

    @property
    def applications(self) -> ApplicationStore: ...
    @property
    def agreements(self) -> AgreementStore: ...
    @property
    def notices(self) -> NoticeBoard: ...
    @property
    def audit(self) -> AuditLog: ...
