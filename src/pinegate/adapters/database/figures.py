"""The few numbers at the top of a workbench, by what the person is trusted with."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select
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
from pinegate.adapters.database.visible_points import PointFilter, TallyLevel, tallied_points, visible_tallies
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

    def __init__(self, connection: AsyncConnection, viewer: Actor) -> None:
        self._connection = connection
        self._viewer = viewer

    async def figures(self) -> dict[str, int]:
        """Key → value, in the order in which they are shown; all are counted by one statement."""
        asked = self._asked()
        if not asked:
            return {}
        columns = (query.scalar_subquery().label(key) for key, query in asked.items())
        return dict((await self._connection.execute(select(*columns))).mappings().one())

    def _asked(self) -> dict[str, Select[Any]]:
        kind = self._viewer.organization_kind
        if kind is _UNIT:
            return self._of_the_unit()
        if kind in _AUTHORITIES:
            live = _number(access_register, *_live())
            return {**_applications(_HANDED_IN), **self._points(), "live_sessions": live}
        if kind is _OPERATOR:
            return {**self._operators(), **self._points()}
        return {}

    def _of_the_unit(self) -> dict[str, Select[Any]]:
        own = self._viewer.organization_id
        granted = select(func.count(grants.c.point_id.distinct())).where(
            grants.c.organization_id == own, grants.c.state == GrantState.ACTIVE
        )
        figures = {
            "granted_points": granted,
            "live_sessions": _number(access_register, *_live(), access_register.c.organization_id == own),
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
            **_applications(_OPEN, applications.c.organization_id == own),
            **figures,
            "systems": _number(information_systems, systems.organization_id == own),
            "roster_persons": roster,
        }

    def _operators(self) -> dict[str, Select[Any]]:
        figures = {
            "devices_total": _number(devices),
            "devices_online": _number(devices, devices.c.online),
        }
        if Role.OPERATOR_PROVISIONER in self._viewer.roles:
            is_open = work_orders.c.state == WorkOrderState.OPEN
            figures["work_orders_open"] = _number(work_orders, is_open)
        return figures

    def _points(self) -> dict[str, Select[Any]]:
        asked = {
            "points_total": PointFilter(),
            "points_listed": PointFilter(state=ListingState.LISTED),
            "points_online": PointFilter(health="online"),
        }
        return {
            key: visible_tallies(self._viewer, wanted, TallyLevel.CITY, tallied_points())
            for key, wanted in asked.items()
        }


def _applications(
    open_states: tuple[ApplicationState, ...], *conditions: ColumnElement[bool]
) -> dict[str, Select[Any]]:
    state = applications.c.state
    return {
        "applications_open": _number(applications, state.in_(open_states), *conditions),
        "active_applications": _number(applications, state.in_(PICTURES_FLOW), *conditions),
    }


def _number(table: FromClause, *conditions: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(table).where(*conditions)


def _live() -> tuple[ColumnElement[bool], ...]:
    session = access_register.c
    return (session.outcome == "allowed", session.started_at.is_not(None), session.ended_at.is_(None))
