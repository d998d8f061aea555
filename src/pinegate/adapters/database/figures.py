"""The few numbers at the top of a workbench, by what the person is trusted with."""

from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    access_register,
    applications,
    devices,
    grants,
    information_systems,
    roster_entries,
    work_orders,
)
from pinegate.adapters.database.visible_points import PointFilter, visible_points
from pinegate.domain.applications.states import PICTURES_FLOW, ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.work_orders.work_order import WorkOrderState

_S = ApplicationState
_OPEN = (_S.DRAFT, _S.RETURNED, _S.SUBMITTED, _S.POLICE_REVIEW, _S.BUREAU_REVIEW, _S.AGREEMENT_PENDING)
_HANDED_IN = tuple(state for state in _OPEN if state is not _S.DRAFT)
_UNIT = OrganizationKind.USING_UNIT
_AUTHORITIES = frozenset({OrganizationKind.POLICE, OrganizationKind.DATA_BUREAU})
_OPERATOR = OrganizationKind.OPERATOR


class FigureRows:
    """Counts for one viewer."""

    def __init__(self, connection: AsyncConnection, viewer: Actor, now: datetime) -> None:
        self._connection = connection
        self._viewer = viewer
        self._now = now

    async def figures(self) -> dict[str, int]:
        """Key → value, in the order in which they are shown."""
        kind = self._viewer.organization_kind
        if kind is _UNIT:
            return await self._of_the_unit()
        if kind in _AUTHORITIES:
            live = await self._count(access_register, *_live())
            return {**await self._applications(_HANDED_IN), **await self._points(), "live_sessions": live}
        if kind is _OPERATOR:
            return {**await self._operators(), **await self._points()}
        return {}

    async def _of_the_unit(self) -> dict[str, int]:
        own = self._viewer.organization_id
        granted = select(func.count(grants.c.point_id.distinct())).where(
            grants.c.organization_id == own, grants.c.state == GrantState.ACTIVE
        )
        figures = {
            "granted_points": (await self._connection.execute(granted)).scalar_one(),
            "live_sessions": await self._count(
                access_register, *_live(), access_register.c.organization_id == own
            ),
        }
        if self._viewer.roles <= {Role.UNIT_VIEWER}:
            return figures
        systems = information_systems.c
        roster = select(func.count(roster_entries.c.person_id.distinct())).where(
            roster_entries.c.system_id == systems.id,
            systems.organization_id == own,
            ~roster_entries.c.removed,
        )
        return {
            **await self._applications(_OPEN, applications.c.organization_id == own),
            **figures,
            "systems": await self._count(information_systems, systems.organization_id == own),
            "roster_persons": (await self._connection.execute(roster)).scalar_one(),
        }

    async def _applications(
        self, open_states: tuple[ApplicationState, ...], *conditions: ColumnElement[bool]
    ) -> dict[str, int]:
        state = applications.c.state
        return {
            "applications_open": await self._count(applications, state.in_(open_states), *conditions),
            "active_applications": await self._count(applications, state.in_(PICTURES_FLOW), *conditions),
        }

    async def _operators(self) -> dict[str, int]:
        figures = {
            "devices_total": await self._count(devices),
            "devices_online": await self._count(devices, devices.c.online),
        }
        if Role.OPERATOR_PROVISIONER in self._viewer.roles:
            is_open = work_orders.c.state == WorkOrderState.OPEN
            figures["work_orders_open"] = await self._count(work_orders, is_open)
        return figures

    async def _points(self) -> dict[str, int]:
        asked = {
            "points_total": PointFilter(),
            "points_listed": PointFilter(state=ListingState.LISTED),
            "points_online": PointFilter(health="online"),
        }
        figures: dict[str, int] = {}
        for key, wanted in asked.items():
            query = visible_points(self._viewer, wanted, self._now, func.count())
            figures[key] = (await self._connection.execute(query)).scalar_one()
        return figures

    async def _count(self, table: FromClause, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(table).where(*conditions)
        return (await self._connection.execute(query)).scalar_one()


def _live() -> tuple[ColumnElement[bool], ...]:
    session = access_register.c
    return (session.outcome == "allowed", session.started_at.is_not(None), session.ended_at.is_(None))
