"""The audit log as people read it: page by page, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.bounded_pages import bounded_page
from pinegate.adapters.database.tables import audit_events, organizations, persons

_E = audit_events.c


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None: not asked for. ``name`` may be a feature (``access``) or a whole event name."""

    since: datetime | None = None
    until: datetime | None = None
    name: str | None = None
    actor: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None


async def audit_page(
    connection: AsyncConnection, wanted: AuditFilter, limit: int, offset: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Audit events with the actor's name of today, and how many there are."""
    query = (
        select(
            *(column for column in _E if column.name != "canonical"),
            persons.c.name.label("actor_name"),
            organizations.c.name.label("actor_organization_name"),
        )
        .join(persons, persons.c.id == _E.actor_person_id, isouter=True)
        .join(organizations, organizations.c.id == _E.actor_organization_id, isouter=True)
        .where(_condition(wanted))
        .order_by(_E.sequence.desc())
    )
    return await bounded_page(connection, query, limit, offset)


def _condition(wanted: AuditFilter) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = [true()]
    if wanted.since is not None:
        tests.append(_E.at >= wanted.since)
    if wanted.until is not None:
        tests.append(_E.at < wanted.until)
    if wanted.name is not None:
        tests.append((_E.name == wanted.name) | _E.name.startswith(f"{wanted.name}.", autoescape=True))
    if wanted.actor is not None:
        tests.append(persons.c.name.icontains(wanted.actor, autoescape=True) | (persons.c.id == wanted.actor))
    if wanted.subject_kind is not None:
        tests.append(_E.subject_kind == wanted.subject_kind)
    if wanted.subject_id is not None:
        tests.append(_E.subject_id == wanted.subject_id)
    return and_(*tests)
