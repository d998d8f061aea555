"""The audit log's rows: written with their cause, never changed (the application's role may only INSERT and SELECT)."""

import json
from collections.abc import Sequence

from pinegate.adapters.database.driver import Driver
from pinegate.domain.audit.event import AuditEvent

INSERT_EVENTS = """
insert into audit_events (id, name, at, actor_person_id, actor_organization_id, subject_kind, subject_id, client_host,
    details, canonical)
select id, name, at, actor_person_id, actor_organization_id, subject_kind, subject_id, client_host,
    details, convert_to(canonical, 'UTF8')
from json_to_recordset(%s::json) as e (id text, name text, at timestamptz, actor_person_id text,
    actor_organization_id text, subject_kind text, subject_id text, client_host text, details jsonb, canonical text)
"""
"""Any number in one statement, numbered in their order. JSON, for arrays of each column would be of another type, and
so another prepared statement, whenever all of a column is empty."""


def events_document(events: Sequence[AuditEvent]) -> str:
    """What ``INSERT_EVENTS`` is given."""
    return json.dumps(
        [
            {
                "id": event.id,
                "name": event.name.value,
                "at": event.at.isoformat(),
                "actor_person_id": event.actor_person_id,
                "actor_organization_id": event.actor_organization_id,
                "subject_kind": event.subject_kind,
                "subject_id": event.subject_id,
                "client_host": event.client_host,
                "details": dict(event.details),
                "canonical": event.canonical().decode(),
            }
            for event in events
        ]
    )


class AuditRows:
    """Implements ``usecases.transaction.AuditLog``."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def append(self, *events: AuditEvent) -> None:
        if events:
            await self._driver.execute(INSERT_EVENTS, (events_document(events),))
