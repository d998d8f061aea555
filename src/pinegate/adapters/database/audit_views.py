"""The audit log as people read it: page by page, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.keyset_pages import Order, Page, keyset_page
from pinegate.adapters.database.tables import audit_events, organizations, persons

_E = audit_events.c
_NEWEST_FIRST = Order((_E.sequence,), descending=True)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None: not asked for. ``name`` may be a feature (``access``) or a whole event name."""

    since: datetime | None = None
    until: datetime | None = None
    name: str | None = None
    actor: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None


async def audit_page(connection: AsyncConnection, wanted: AuditFilter, limit: int, after: str = "") -> Page:
    """Audit events with the actor's name of today.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    people = None if wanted.actor is None else await _people(connection, wanted.actor)
    query = (
        select(
            *(column for column in _E if column.name != "canonical"),
            persons.c.name.label("actor_name"),
            organizations.c.name.label("actor_organization_name"),
        )
        .join(persons, persons.c.id == _E.actor_person_id, isouter=True)
        .join(organizations, organizations.c.id == _E.actor_organization_id, isouter=True)
        .where(_condition(wanted, people))
    )
    return await keyset_page(connection, query, _NEWEST_FIRST, limit, after)


async def _people(connection: AsyncConnection, words: str) -> list[str]:
    """Asked first: of a known person the log has an order, of a part of a name it has none."""
    named = persons.c.name.icontains(words, autoescape=True)
    return list(
        (await connection.execute(select(persons.c.id).where(or_(named, persons.c.id == words)))).scalars()
    )


def _condition(wanted: AuditFilter, people: list[str] | None) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = [true()]
    if wanted.since is not None:
        tests.append(_E.at >= wanted.since)
    if wanted.until is not None:
        tests.append(_E.at < wanted.until)
    if wanted.name is not None:
        tests.append((_E.name == wanted.name) | _E.name.startswith(f"{wanted.name}.", autoescape=True))
    if people is not None:
        tests.append(_E.actor_person_id.in_(people))
    if wanted.subject_kind is not None:
        tests.append(_E.subject_kind == wanted.subject_kind)
    if wanted.subject_id is not None:
        tests.append(_E.subject_id == wanted.subject_id)
    return and_(*tests)
