"""Reading the access register and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    access_register,
    audit_events,
    information_systems,
    organizations,
    persons,
)
from pinegate.adapters.database.visible_points import point_name

_R = access_register.c
_E = audit_events.c
_MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """None: not asked for. ``since``/``until`` are about the request's time; ``until`` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    organization_id: str | None = None
    system_id: str | None = None
    point_id: str | None = None
    person: str | None = None
    outcome: str | None = None
    operation: str | None = None
    live: bool | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """None: not asked for. ``name`` may be a feature (``access``) or a whole event name."""

    since: datetime | None = None
    until: datetime | None = None
    name: str | None = None
    actor: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None


class RegisterRows:
    """Both are only read here, page by page, newest first."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def register(
        self, wanted: RegisterFilter, limit: int, offset: int
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        """Rows of the access register with the names of today, and how many there are (at most 10,000 counted)."""
        query = (
            select(
                *(
                    column
                    for column in _R
                    if column.name not in ("ticket_digest", "portal_session_id", "door")
                ),
                _R.door.label("channel"),
                persons.c.name.label("person_name"),
                persons.c.staff_number,
                organizations.c.name.label("organization_name"),
                information_systems.c.name.label("system_name"),
                point_name(_R.point_id).label("point_name"),
            )
            .join(persons, persons.c.id == _R.person_id, isouter=True)
            .join(organizations, organizations.c.id == _R.organization_id, isouter=True)
            .join(information_systems, information_systems.c.id == _R.system_id, isouter=True)
            .where(_register_condition(wanted))
            .order_by(_R.requested_at.desc(), _R.id)
        )
        return await self._page(query, limit, offset)

    async def audit(
        self, wanted: AuditFilter, limit: int, offset: int
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        """Audit events with the actor's name of today."""
        query = (
            select(
                *(column for column in _E if column.name != "canonical"),
                persons.c.name.label("actor_name"),
                organizations.c.name.label("actor_organization_name"),
            )
            .join(persons, persons.c.id == _E.actor_person_id, isouter=True)
            .join(organizations, organizations.c.id == _E.actor_organization_id, isouter=True)
            .where(_audit_condition(wanted))
            .order_by(_E.sequence.desc())
        )
        return await self._page(query, limit, offset)

    async def _page(
        self, query: Select[*tuple[Any, ...]], limit: int, offset: int
    ) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
        some = query.order_by(None).limit(_MOST_COUNTED).subquery()
        total = await self._connection.execute(select(func.count()).select_from(some))
        rows = await self._connection.execute(query.limit(limit).offset(offset))
        return rows.all(), total.scalar_one()


def _register_condition(wanted: RegisterFilter) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = [true()]
    if wanted.since is not None:
        tests.append(_R.requested_at >= wanted.since)
    if wanted.until is not None:
        tests.append(_R.requested_at < wanted.until)
    if wanted.person is not None:
        tests.append(
            persons.c.name.icontains(wanted.person, autoescape=True)
            | (persons.c.staff_number == wanted.person)
        )
    if wanted.live is not None:
        runs = and_(_R.outcome == "allowed", _R.started_at.is_not(None), _R.ended_at.is_(None))
        tests.append(runs if wanted.live else ~runs)
    for column, value in (
        (_R.organization_id, wanted.organization_id),
        (_R.system_id, wanted.system_id),
        (_R.point_id, wanted.point_id),
        (_R.outcome, wanted.outcome),
        (_R.operation, wanted.operation),
    ):
        if value is not None:
            tests.append(column == value)
    return and_(*tests)


def _audit_condition(wanted: AuditFilter) -> ColumnElement[bool]:
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
