"""What waits for a person, how things stand, and what their organization was told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    acknowledgements,
    agreements,
    applications,
    information_systems,
    notices,
    opinions,
    organizations,
    persons,
    proposals,
    revocations,
    roster_entries,
    work_orders,
)
from pinegate.adapters.database.waiting_points import waiting_points
from pinegate.domain.agreements.agreement import AGREEMENT, IN_FORCE, AgreementEvent
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.applications.turns import TURNS, Standing, Turn
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.proposal import PROPOSAL, ProposalEvent, may_know_all
from pinegate.domain.organizations.roles import Role
from pinegate.domain.work_orders.work_order import WORK_ORDER, WorkOrderEvent

_MOST_TASKS = 100
_MOST_NOTICES = 50


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


def _stands(asked: Standing) -> ColumnElement[bool]:
    """In this round somebody gave the opinion, and nobody a superseding one after it."""
    given, later = opinions.alias("given"), opinions.alias("later")
    superseded = (
        select(later.c.id)
        .where(
            later.c.application_id == given.c.application_id,
            later.c.round == given.c.round,
            later.c.kind == asked.superseding,
            later.c.position > given.c.position,
        )
        .exists()
    )
    return (
        select(given.c.id)
        .where(
            given.c.application_id == applications.c.id,
            given.c.round == applications.c.round,
            given.c.kind == asked.kind,
            ~superseded,
        )
        .exists()
    )


_READY = and_(applications.c.sealed_form, applications.c.consultation.is_not(None))


def _when(turn: Turn) -> Iterator[ColumnElement[bool]]:
    if turn.ready is not None:
        yield _READY if turn.ready else ~_READY
    if turn.after is not None:
        yield _stands(turn.after)
    if turn.before is not None:
        yield ~_stands(turn.before)


_SIGNED_WHILE = APPLICATION.states_of(ApplicationEvent.AGREEMENT_EFFECTIVE)
_SIGNATURES = (
    (AgreementEvent.SIGN_BY_UNIT, "application.sign_unit"),
    (AgreementEvent.SIGN_BY_BUREAU, "application.sign_bureau"),
)


def _waiting(roles: frozenset[Role]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """What waits for somebody with ``roles``, and when: kind of task, condition. Whose turn it is the tables say."""
    for turn in TURNS:
        states = APPLICATION.states_of(turn.event, roles)
        if states:
            yield turn.task, and_(applications.c.state.in_(states), *_when(turn))
    for event, kind in _SIGNATURES:
        unsigned = AGREEMENT.states_of(event, roles)
        if unsigned:
            yield kind, and_(applications.c.state.in_(_SIGNED_WHILE), agreements.c.state.in_(unsigned))


class WorkbenchRows:
    """Reads for one viewer. ``urgent``: tasks older than that are urgent."""

    def __init__(self, connection: AsyncConnection, viewer: Actor, now: datetime, urgent: timedelta) -> None:
        self._connection = connection
        self._viewer = viewer
        self._now = now
        self._urgent_before = now - urgent

    async def tasks(self) -> list[Task]:
        """What waits, longest first."""
        found = await self._applications()
        found += await self._points()
        found += await self._work_orders()
        found += await self._duties()
        found += await self._revocations()
        found += await self._proposals()
        return sorted(found, key=lambda task: task.since)[:_MOST_TASKS]

    async def _applications(self) -> list[Task]:
        queries = [self._waiting(kind, condition) for kind, condition in _waiting(self._viewer.roles)]
        if not queries:
            return []
        return [
            self._task(
                row.kind,
                "application",
                row.id,
                row.number,
                f"{row.organization_name} · {row.system_name}",
                row.state_since,
                f"/applications/{row.id}",
            )
            for row in await self._connection.execute(union_all(*queries))
        ]

    def _waiting(self, kind: str, condition: ColumnElement[bool]) -> Select[Any]:
        query = (
            select(
                literal(kind).label("kind"),
                applications.c.id,
                applications.c.number,
                applications.c.state_since,
                organizations.c.name.label("organization_name"),
                information_systems.c.name.label("system_name"),
            )
            .join(organizations, organizations.c.id == applications.c.organization_id)
            .join(information_systems, information_systems.c.id == applications.c.system_id)
            .outerjoin(agreements, agreements.c.application_id == applications.c.id)
            .where(condition)
        )
        if self._viewer.confined_to is not None:
            query = query.where(applications.c.organization_id == self._viewer.confined_to)
        oldest = query.order_by(applications.c.state_since).limit(_MOST_TASKS).subquery()
        return select(oldest)

    async def _points(self) -> list[Task]:
        waiting = await waiting_points(self._connection, self._viewer, self._now)
        return [
            Task(each.kind, "points", "", str(each.points), "", each.since, False, each.route, each.points)
            for each in waiting
        ]

    async def _work_orders(self) -> list[Task]:
        states = WORK_ORDER.states_of(WorkOrderEvent.COMPLETE, self._viewer.roles)
        if not states:
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
            .where(work_orders.c.state.in_(states))
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

    async def _proposals(self) -> list[Task]:
        states = PROPOSAL.states_of(ProposalEvent.CONFIRM, self._viewer.roles)
        if not states:
            return []
        me = self._viewer.person_id
        concerned = or_(proposals.c.proposed_by == me, proposals.c.person_id.is_not_distinct_from(me))
        name = func.coalesce(persons.c.name, proposals.c.content["name"].astext, organizations.c.name)
        query = (
            select(
                proposals.c.id,
                proposals.c.reason,
                proposals.c.proposed_at,
                name.label("name"),
            )
            .outerjoin(persons, persons.c.id == proposals.c.person_id)
            .outerjoin(organizations, organizations.c.id == proposals.c.organization_id)
            .where(proposals.c.state.in_(states), ~concerned)
            .order_by(proposals.c.proposed_at)
            .limit(_MOST_TASKS)
        )
        if not may_know_all(self._viewer):
            query = query.where(proposals.c.organization_id == self._viewer.organization_id)
        return [
            self._task(
                "proposal.confirm", "proposal", row.id, row.name, row.reason, row.proposed_at, "/proposals"
            )
            for row in await self._connection.execute(query)
        ]

    async def _revocations(self) -> list[Task]:
        if not Permission.REVOKE_SHARING.held_by(self._viewer):
            return []
        running = APPLICATION.states_of(ApplicationEvent.COMPLETE_REVOCATION)
        query = (
            select(revocations.c.id, revocations.c.reason, applications.c.number, applications.c.state_since)
            .join(applications, applications.c.id == revocations.c.target_id)
            .where(revocations.c.scope == RevocationScope.APPLICATION, applications.c.state.in_(running))
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
