"""Applications, grants and work orders as people look at them. Who may look is the caller's to know."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.keyset_pages import Order, Page, Rows, keyset_page
from pinegate.adapters.database.tables import (
    agreements,
    application_points,
    applications,
    audit_events,
    documents,
    grants,
    information_systems,
    interface_credentials,
    opinions,
    organizations,
    persons,
    revocation_receipts,
    work_orders,
)
from pinegate.adapters.database.visible_points import point_name
from pinegate.domain.applications.readers import CONSULTING
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind


@dataclass(frozen=True, slots=True)
class ApplicationFilter:
    """What is asked for. ``states`` None: all. ``mine``: filed by the viewer, or with an opinion of theirs."""

    states: tuple[ApplicationState, ...] | None = None
    words: str = ""
    mine: bool = False


_NEWEST_FIRST = Order((applications.c.created_at, applications.c.number), descending=True)
_GRANTS_NEWEST_FIRST = Order((grants.c.valid_from, grants.c.id), descending=True)


def _with_words(words: str) -> ColumnElement[bool]:
    """Names are looked up in their own short tables, and not once for each application."""
    units = select(organizations.c.id).where(organizations.c.name.icontains(words, autoescape=True))
    systems = select(information_systems.c.id).where(
        information_systems.c.name.icontains(words, autoescape=True)
    )
    return or_(
        applications.c.number.icontains(words, autoescape=True),
        applications.c.organization_id.in_(units),
        applications.c.system_id.in_(systems),
    )


class ApplicationViews:
    """Reads for one viewer."""

    def __init__(self, connection: AsyncConnection, viewer: Actor) -> None:
        self._connection = connection
        self._viewer = viewer

    async def page(self, asked: ApplicationFilter, limit: int, after: str = "") -> Page:
        """One page of the applications that the viewer may know of, newest first.

        Raises:
            InvalidInputError: no page of such a list answered ``after``.
        """
        points = (
            select(func.count())
            .where(application_points.c.application_id == applications.c.id)
            .scalar_subquery()
        )
        columns = (
            applications.c.id,
            applications.c.number,
            applications.c.state,
            applications.c.state_since,
            applications.c.created_at,
            organizations.c.name.label("organization_name"),
            information_systems.c.name.label("system_name"),
            points.label("point_count"),
        )
        return await keyset_page(self._connection, self._known(asked, *columns), _NEWEST_FIRST, limit, after)

    def _known(self, asked: ApplicationFilter, *columns: ColumnElement[Any]) -> Select[Any]:
        """The rule of ``domain.applications.readers.may_read``, as conditions."""
        query = select(*columns).select_from(
            applications.join(organizations, organizations.c.id == applications.c.organization_id).join(
                information_systems, information_systems.c.id == applications.c.system_id
            )
        )
        if self._viewer.organization_kind is OrganizationKind.USING_UNIT:
            query = query.where(applications.c.organization_id == self._viewer.organization_id)
        elif self._viewer.organization_kind is OrganizationKind.POLITICAL_LEGAL_COMMITTEE:
            heard = applications.c.consultation.is_not(None)
            query = query.where(heard, applications.c.state.in_(CONSULTING))
        else:
            handed_in = or_(applications.c.round > 0, applications.c.state != ApplicationState.DRAFT)
            query = query.where(handed_in)
        if asked.states is not None:
            query = query.where(applications.c.state.in_(asked.states))
        if asked.words.strip():
            query = query.where(_with_words(asked.words.strip()))
        if asked.mine:
            me = self._viewer.person_id
            said = (
                select(opinions.c.id)
                .where(opinions.c.application_id == applications.c.id, opinions.c.person_id == me)
                .exists()
            )
            query = query.where(or_(applications.c.filed_by.any(me), said))
        return query

    async def head(self, application_id: str) -> Row[*tuple[Any, ...]]:
        """Names and dates around one application."""
        query = (
            select(
                applications.c.state_since,
                applications.c.created_at,
                organizations.c.id.label("organization_id"),
                organizations.c.name.label("organization_name"),
                organizations.c.address.label("organization_address"),
                organizations.c.nature.label("organization_nature"),
                information_systems.c.id.label("system_id"),
                information_systems.c.name.label("system_name"),
                agreements.c.effective_at,
                agreements.c.created_at.label("agreement_prepared_at"),
            )
            .join(organizations, organizations.c.id == applications.c.organization_id)
            .join(information_systems, information_systems.c.id == applications.c.system_id)
            .outerjoin(agreements, agreements.c.application_id == applications.c.id)
            .where(applications.c.id == application_id)
        )
        return (await self._connection.execute(query)).one()

    async def opinions(self, application_id: str) -> Rows:
        """Of all rounds, in the order in which they were given."""
        query = (
            select(opinions)
            .where(opinions.c.application_id == application_id)
            .order_by(opinions.c.round, opinions.c.position)
        )
        return (await self._connection.execute(query)).all()

    async def documents(self, application_id: str) -> Rows:
        query = (
            select(documents, persons.c.name.label("stored_by_name"))
            .join(persons, persons.c.id == documents.c.stored_by)
            .where(documents.c.application_id == application_id)
            .order_by(documents.c.stored_at, documents.c.id)
        )
        return (await self._connection.execute(query)).all()

    async def receipts(self, application_id: str) -> Rows:
        query = select(revocation_receipts).where(revocation_receipts.c.application_id == application_id)
        return (await self._connection.execute(query.order_by(revocation_receipts.c.kind))).all()

    async def history(self, application_id: str) -> Rows:
        """Every move, from the audit log, oldest first."""
        event = audit_events.c
        query = (
            select(event.at, event.details, persons.c.name.label("person_name"))
            .outerjoin(persons, persons.c.id == event.actor_person_id)
            .where(
                event.subject_kind == "application",
                event.subject_id == application_id,
                event.name == AuditEventName.APPLICATION_MOVED,
            )
            .order_by(event.sequence)
        )
        return (await self._connection.execute(query)).all()


@dataclass(frozen=True, slots=True)
class GrantFilter:
    """What is asked for; empty means all, ``states`` None as well."""

    application_id: str = ""
    system_id: str = ""
    point_id: str = ""
    states: tuple[GrantState, ...] | None = None


async def grant_page(
    connection: AsyncConnection, viewer: Actor, asked: GrantFilter, limit: int, after: str = ""
) -> Page:
    """Grants with the names that go with them, newest first; a unit's people see their own unit's.

    Raises:
        InvalidInputError: no page of such a list answered ``after``.
    """
    conditions = [
        column == value
        for column, value in (
            (grants.c.application_id, asked.application_id),
            (grants.c.system_id, asked.system_id),
            (grants.c.point_id, asked.point_id),
        )
        if value
    ]
    if asked.states is not None:
        conditions.append(grants.c.state.in_(asked.states))
    if viewer.organization_kind is OrganizationKind.USING_UNIT:
        conditions.append(grants.c.organization_id == viewer.organization_id)
    query = (
        select(
            grants,
            applications.c.number.label("application_number"),
            organizations.c.name.label("organization_name"),
            information_systems.c.name.label("system_name"),
            point_name(grants.c.point_id).label("point_name"),
        )
        .join(applications, applications.c.id == grants.c.application_id)
        .join(organizations, organizations.c.id == grants.c.organization_id)
        .join(information_systems, information_systems.c.id == grants.c.system_id)
        .where(*conditions)
    )
    return await keyset_page(connection, query, _GRANTS_NEWEST_FIRST, limit, after)


_WORK_ORDER: tuple[ColumnElement[Any], ...] = (
    work_orders.c.id,
    work_orders.c.number,
    work_orders.c.kind,
    work_orders.c.state,
    work_orders.c.result,
    work_orders.c.system_id,
    work_orders.c.created_at,
    work_orders.c.tested_at,
    work_orders.c.closed_at,
    information_systems.c.name.label("system_name"),
    organizations.c.name.label("organization_name"),
)


async def work_order_page(connection: AsyncConnection, states: Collection[str], limit: int) -> Rows:
    """Newest first. Nothing of the application but its system's and its unit's name (Annex 1 note 4)."""
    query = _work_orders().order_by(work_orders.c.created_at.desc(), work_orders.c.number.desc())
    if states:
        query = query.where(work_orders.c.state.in_(states))
    return (await connection.execute(query.limit(limit))).all()


async def work_order_row(connection: AsyncConnection, order_id: str) -> Row[*tuple[Any, ...]] | None:
    return (await connection.execute(_work_orders().where(work_orders.c.id == order_id))).one_or_none()


def _work_orders() -> Select[Any]:
    return (
        select(*_WORK_ORDER)
        .join(information_systems, information_systems.c.id == work_orders.c.system_id)
        .join(organizations, organizations.c.id == information_systems.c.organization_id)
    )


async def ordered_points(connection: AsyncConnection, order_id: str) -> Rows:
    """Point ids and operations of the grants that the order is about."""
    query = (
        select(grants.c.point_id, grants.c.operations)
        .join(work_orders, work_orders.c.application_id == grants.c.application_id)
        .where(work_orders.c.id == order_id)
        .order_by(grants.c.id)
    )
    return (await connection.execute(query)).all()


async def present_credential(connection: AsyncConnection, system_id: str) -> Row[*tuple[Any, ...]] | None:
    """The newest credential of the system that is not withdrawn; never its secret."""
    credential = interface_credentials.c
    query = (
        select(credential.access_key, credential.issued_at)
        .where(credential.system_id == system_id, credential.withdrawn_at.is_(None))
        .order_by(credential.issued_at.desc())
        .limit(1)
    )
    return (await connection.execute(query)).one_or_none()
