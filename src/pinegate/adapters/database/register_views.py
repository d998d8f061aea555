"""使用登记 as people read it: page by page, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.bounded_pages import bounded_page
from pinegate.adapters.database.tables import access_register, information_systems, organizations, persons
from pinegate.adapters.database.visible_points import point_name

_R = access_register.c


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


async def register_page(
    connection: AsyncConnection, wanted: RegisterFilter, limit: int, offset: int
) -> tuple[Sequence[Row[*tuple[Any, ...]]], int]:
    """Rows of the access register with the names of today, and how many there are."""
    query = (
        select(
            *(column for column in _R if column.name not in ("ticket_digest", "portal_session_id")),
            persons.c.name.label("person_name"),
            persons.c.staff_number,
            organizations.c.name.label("organization_name"),
            information_systems.c.name.label("system_name"),
            point_name(_R.point_id).label("point_name"),
        )
        .join(persons, persons.c.id == _R.person_id, isouter=True)
        .join(organizations, organizations.c.id == _R.organization_id, isouter=True)
        .join(information_systems, information_systems.c.id == _R.system_id, isouter=True)
        .where(_condition(wanted))
        .order_by(_R.requested_at.desc(), _R.id)
    )
    return await bounded_page(connection, query, limit, offset)


def _condition(wanted: RegisterFilter) -> ColumnElement[bool]:
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
