"""What waits for a person, how things stand, and what their organization was told."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    acknowledgements,
    agreements,
    applications,
    camera_points,
    information_systems,
    notices,
    opinions,
    organizations,
    revocations,
    roster_entries,
    work_orders,
)
from pinegate.adapters.database.visible_points import PointFilter, visible_points
from pinegate.domain.agreements.agreement import IN_FORCE, AgreementState
from pinegate.domain.applications.application import OpinionKind
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.work_orders.work_order import WorkOrderState

_MOST_TASKS = 100
_MOST_NOTICES = 50
_S = ApplicationState


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the viewer. ``count``: how many points, where it is about points."""

    kind: str
    subject_kind: str
    subject_id: str
    title: str
    subtitle: str
    since: datetime
    urgent: bool
    route: str
    count: int | None = None


def _newer(kind: OpinionKind, than: OpinionKind) -> ColumnElement[bool]:
    """In this round somebody gave an opinion of ``kind``, and nobody one of ``than`` after it."""
    given, later = opinions.alias("given"), opinions.alias("later")
    superseded = (
        select(later.c.id)
        .where(
            later.c.application_id == given.c.application_id,
            later.c.round == given.c.round,
            later.c.kind == than,
            later.c.position > given.c.position,
        )
        .exists()
    )
    return (
        select(given.c.id)
        .where(
            given.c.application_id == applications.c.id,
            given.c.round == applications.c.round,
            given.c.kind == kind,
            ~superseded,
        )
        .exists()
    )


_REVIEWED = _newer(OpinionKind.BUREAU_REVIEW, OpinionKind.POLICE)
_PROPOSED = _newer(OpinionKind.RESUME_PROPOSAL, OpinionKind.MEASURE)
_READY = and_(applications.c.sealed_form, applications.c.consultation.is_not(None))

_WAITING: Sequence[tuple[Role, str, tuple[ApplicationState, ...], ColumnElement[bool]]] = (
    (Role.UNIT_CLERK, "application.edit", (_S.DRAFT, _S.RETURNED), ~_READY),
    (Role.UNIT_LEADER, "application.submit", (_S.DRAFT, _S.RETURNED), _READY),
    (Role.POLICE_REVIEWER, "application.accept", (_S.SUBMITTED,), true()),
    (Role.POLICE_LEADER, "application.consent", (_S.POLICE_REVIEW,), true()),
    (Role.BUREAU_REVIEWER, "application.review", (_S.BUREAU_REVIEW,), ~_REVIEWED),
    (Role.BUREAU_APPROVER, "application.approve", (_S.BUREAU_REVIEW,), _REVIEWED),
    (
        Role.UNIT_LEADER,
        "application.sign_unit",
        (_S.AGREEMENT_PENDING,),
        agreements.c.state == AgreementState.AWAITING_UNIT,
    ),
    (
        Role.BUREAU_APPROVER,
        "application.sign_bureau",
        (_S.AGREEMENT_PENDING,),
        agreements.c.state == AgreementState.AWAITING_BUREAU,
    ),
    (Role.BUREAU_APPROVER, "application.order_again", (_S.PROVISION_FAILED,), true()),
    (Role.BUREAU_REVIEWER, "application.resume", (_S.SUSPENDED,), ~_PROPOSED),
    (Role.BUREAU_APPROVER, "application.resume", (_S.SUSPENDED,), _PROPOSED),
)


class WorkbenchRows:
    """Reads for one viewer. ``urgent``: tasks older than that are urgent."""

    def __init__(self, connection: AsyncConnection, viewer: Actor, now: datetime, urgent: timedelta) -> None:
        self._connection = connection
        self._viewer = viewer
        self._now = now
        self._urgent_before = now - urgent

    async def tasks(self) -> list[Task]:
        """What waits, longest first."""
        found = [task async for task in self._applications()]
        found += [task async for task in self._points()]
        found += await self._work_orders()
        found += await self._duties()
        found += await self._revocations()
        return sorted(found, key=lambda task: task.since)[:_MOST_TASKS]

    async def _applications(self) -> AsyncIterator[Task]:
        for role, kind, states, condition in _WAITING:
            if role not in self._viewer.roles:
                continue
            query = (
                select(
                    applications.c.id,
                    applications.c.number,
                    applications.c.state_since,
                    organizations.c.name.label("organization_name"),
                    information_systems.c.name.label("system_name"),
                )
                .join(organizations, organizations.c.id == applications.c.organization_id)
                .join(information_systems, information_systems.c.id == applications.c.system_id)
                .outerjoin(agreements, agreements.c.application_id == applications.c.id)
                .where(applications.c.state.in_(states), condition)
                .order_by(applications.c.state_since)
                .limit(_MOST_TASKS)
            )
            if self._viewer.organization_kind is OrganizationKind.USING_UNIT:
                query = query.where(applications.c.organization_id == self._viewer.organization_id)
            for row in await self._connection.execute(query):
                subtitle = f"{row.organization_name} · {row.system_name}"
                route = f"/applications/{row.id}"
                yield self._task(kind, "application", row.id, row.number, subtitle, row.state_since, route)

    async def _points(self) -> AsyncIterator[Task]:
        point = camera_points.c
        asked = (
            (
                Role.OPERATOR_CATALOGUER,
                "points.check",
                PointFilter(state=ListingState.PENDING_CHECK),
                true(),
                "/catalogue?state=pending_check",
            ),
            (
                Role.OPERATOR_LISTER,
                "points.list",
                PointFilter(state=ListingState.CATALOGUED, shared=True),
                ~point.secret,
                "/catalogue?state=catalogued&shared=true",
            ),
            (
                Role.POLICE_REVIEWER,
                "points.mark",
                PointFilter(shared=False),
                and_(point.sharing_marked_at.is_(None), ~point.secret),
                "/catalogue?shared=false",
            ),
        )
        for role, kind, wanted, condition, route in asked:
            if role not in self._viewer.roles:
                continue
            columns = (func.count().label("points"), func.min(point.first_seen_at).label("since"))
            query = visible_points(self._viewer, wanted, self._now, *columns).where(condition)
            row = (await self._connection.execute(query)).one()
            if row.points:
                yield Task(kind, "points", "", str(row.points), "", row.since, False, route, row.points)

    async def _work_orders(self) -> list[Task]:
        if Role.OPERATOR_PROVISIONER not in self._viewer.roles:
            return []
        query = (
            select(
                work_orders.c.id,
                work_orders.c.number,
                work_orders.c.created_at,
                information_systems.c.name.label("system_name"),
                organizations.c.name.label("organization_name"),
            )
            .join(information_systems, information_systems.c.id == work_orders.c.system_id)
            .join(organizations, organizations.c.id == information_systems.c.organization_id)
            .where(work_orders.c.state == WorkOrderState.OPEN)
            .order_by(work_orders.c.created_at)
            .limit(_MOST_TASKS)
        )
        return [
            self._task(
                "application.provision",
                "work_order",
                row.id,
                row.number,
                f"{row.organization_name} · {row.system_name}",
                row.created_at,
                f"/work-orders/{row.id}",
            )
            for row in await self._connection.execute(query)
        ]

    async def _duties(self) -> list[Task]:
        me = self._viewer.person_id
        signed = (
            select(acknowledgements.c.agreement_id)
            .where(acknowledgements.c.agreement_id == agreements.c.id, acknowledgements.c.person_id == me)
            .exists()
        )
        query = (
            select(
                agreements.c.id,
                information_systems.c.name,
                func.greatest(agreements.c.effective_at, roster_entries.c.added_at).label("since"),
            )
            .join(applications, applications.c.id == agreements.c.application_id)
            .join(information_systems, information_systems.c.id == applications.c.system_id)
            .join(roster_entries, roster_entries.c.system_id == applications.c.system_id)
            .where(
                agreements.c.state.in_(IN_FORCE),
                roster_entries.c.person_id == me,
                ~roster_entries.c.removed,
                ~signed,
            )
        )
        return [
            Task(
                "duty.acknowledge",
                "agreement",
                row.id,
                row.name,
                "",
                row.since,
                True,
                f"/duty?agreement={row.id}",
            )
            for row in await self._connection.execute(query)
        ]

    async def _revocations(self) -> list[Task]:
        if Role.BUREAU_APPROVER not in self._viewer.roles:
            return []
        query = (
            select(revocations.c.id, revocations.c.reason, applications.c.number, applications.c.state_since)
            .join(applications, applications.c.id == revocations.c.target_id)
            .where(revocations.c.scope == RevocationScope.APPLICATION, applications.c.state == _S.REVOKING)
        )
        return [
            self._task(
                "revocation.running",
                "revocation",
                row.id,
                row.number,
                row.reason,
                row.state_since,
                f"/revocations/{row.id}",
            )
            for row in await self._connection.execute(query)
        ]

    def _task(
        self,
        kind: str,
        subject_kind: str,
        subject_id: str,
        title: str,
        subtitle: str,
        since: datetime,
        route: str,
    ) -> Task:
        urgent = since < self._urgent_before
        return Task(kind, subject_kind, subject_id, title, subtitle, since, urgent, route)

    async def notices(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """What the viewer's organization was told, newest first."""
        for_me = or_(notices.c.role.is_(None), notices.c.role.in_(self._viewer.roles))
        query = (
            select(notices)
            .where(notices.c.organization_id == self._viewer.organization_id, for_me)
            .order_by(notices.c.sequence.desc(), notices.c.id)
            .limit(_MOST_NOTICES)
        )
        return (await self._connection.execute(query)).all()
