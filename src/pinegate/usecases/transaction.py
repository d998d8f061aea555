"""What every use case needs of a transaction: the audit log and the announcement of access changes."""

from enum import StrEnum
from typing import Protocol

from pinegate.domain.audit.event import AuditEvent


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
