"""使用登记 as people read it: page by page, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.keyset_pages import Order, Page, keyset_page
from pinegate.adapters.database.tables import access_register, information_systems, organizations, persons
from pinegate.adapters.database.visible_points import point_name

_R = access_register.c
_NEWEST_FIRST = Order((_R.requested_at, _R.id), descending=True)


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
    connection: AsyncConnection, wanted: RegisterFilter, limit: int, after: str = ""
) -> Page:
    """Rows of the access register with the names of today.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    people = None if wanted.person is None else await _people(connection, wanted.person)
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
        .where(_condition(wanted, people))
    )
    return await keyset_page(connection, query, _NEWEST_FIRST, limit, after)


async def _people(connection: AsyncConnection, words: str) -> list[str]:
    """Asked first: of a known person the register has an order, of a part of a name it has none."""
    named = persons.c.name.icontains(words, autoescape=True)
    query = select(persons.c.id).where(or_(named, persons.c.staff_number == words, persons.c.id == words))
    return list((await connection.execute(query)).scalars())


def _condition(wanted: RegisterFilter, people: list[str] | None) -> ColumnElement[bool]:
    tests: list[ColumnElement[bool]] = [true()]
    if wanted.since is not None:
        tests.append(_R.requested_at >= wanted.since)
    if wanted.until is not None:
        tests.append(_R.requested_at < wanted.until)
    if people is not None:
        tests.append(_R.person_id == people[0] if len(people) == 1 else _R.person_id.in_(people))
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
