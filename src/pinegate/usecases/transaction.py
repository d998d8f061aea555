"""What every use case needs of a transaction: the audit log, the announcement of access changes, notices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pinegate.domain.audit.event import AuditEvent
from pinegate.domain.organizations.roles import OrganizationKind, Role


class ChangeScope(StrEnum):
    """What changed, in the words by which running sessions are found again."""

    APPLICATION = "application"
    GRANT = "grant"
    POINT = "point"
    SYSTEM = "system"
    PERSON = "person"
    ORGANIZATION = "organization"


class AuditLog(Protocol):
    """Append-only; the event commits or rolls back with its cause."""

    async def append(self, *events: AuditEvent) -> None: ...


class AccessChanges(Protocol):
    """The outbox that wakes the re-evaluation of running sessions."""

    async def publish(self, scope: ChangeScope, *target_ids: str) -> None:
        """Say that what decisions on ``target_ids`` stood on has changed.

        Call it last: it takes the lock that orders the changes, and holds it until COMMIT.
        """
        ...


class NoticeBoard(Protocol):
    """Notices to organizations; everybody of the organization sees them on the workbench, or who has ``role``."""

    async def organizations_of(self, kinds: Collection[OrganizationKind]) -> Sequence[str]:
        """Ids of all active organizations of these kinds."""
        ...

    async def post(
        self,
        notice_id: str,
        organization_id: str,
        kind: str,
        subject_id: str,
        details: Mapping[str, str],
        now: datetime,
        role: Role | None = None,
    ) -> None: ...
