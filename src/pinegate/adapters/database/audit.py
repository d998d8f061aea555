"""The audit log's rows: written with their cause, never changed (the application's role may only INSERT and SELECT)."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import audit_events
from pinegate.domain.audit.event import AuditEvent


class AuditRows:
    """Implements ``usecases.transaction.AuditLog``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, *events: AuditEvent) -> None:
        if not events:
            return
        rows = [
            {
                "id": event.id,
                "name": event.name,
                "at": event.at,
                "actor_person_id": event.actor_person_id,
                "actor_organization_id": event.actor_organization_id,
                "subject_kind": event.subject_kind,
                "subject_id": event.subject_id,
                "client_host": event.client_host,
                "details": dict(event.details),
                "canonical": event.canonical(),
            }
            for event in events
        ]
        await self._connection.execute(insert(audit_events), rows)
