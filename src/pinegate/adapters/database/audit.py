"""The audit log's rows: written with their cause, never changed (the application's role may only INSERT and SELECT)."""

from psycopg.types.json import Jsonb

from pinegate.adapters.database.driver import Driver
from pinegate.domain.audit.event import AuditEvent

INSERT_EVENT = """
insert into audit_events (id, name, at, actor_person_id, actor_organization_id, subject_kind, subject_id, client_host,
    details, canonical)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def event_values(event: AuditEvent) -> tuple[object, ...]:
    """What ``INSERT_EVENT`` is given."""
    return (
        event.id,
        event.name.value,
        event.at,
        event.actor_person_id,
        event.actor_organization_id,
        event.subject_kind,
        event.subject_id,
        event.client_host,
        Jsonb(dict(event.details)),
        event.canonical(),
    )


class AuditRows:
    """Implements ``usecases.transaction.AuditLog``."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def append(self, *events: AuditEvent) -> None:
        if len(events) == 1:
            await self._driver.execute(INSERT_EVENT, event_values(events[0]))
        elif events:
            await self._driver.execute_each(INSERT_EVENT, map(event_values, events))
