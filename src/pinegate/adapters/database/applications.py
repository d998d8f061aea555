"""Applications, their points and their opinions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, case, delete, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.numbering import next_number
from pinegate.adapters.database.tables import application_points, applications, camera_points, opinions
from pinegate.adapters.database.visible_points import PointFilter, visible_points
from pinegate.domain.applications.application import (
    Application,
    Consultation,
    Contact,
    Opinion,
    OpinionKind,
    RequestedPoint,
)
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.parties import Actor

CONTACTS = ("responsible_person", "contact_person", "technical_contact")


class ApplicationRows:
    """Implements ``usecases.applications.ports.ApplicationStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, application_id: str, *, lock: bool = False) -> Application | None:
        query = select(applications).where(applications.c.id == application_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        points = await self._points(application_id)
        return _application(row, points, await self._opinions(application_id, row.round))

    async def add(self, application: Application, policy_version: str, now: datetime) -> None:
        await self._connection.execute(
            insert(applications).values(
                id=application.id,
                number=application.number,
                organization_id=application.organization_id,
                system_id=application.system_id,
                policy_version=policy_version,
                created_at=now,
                state_since=now,
                version=application.version,
                **_values(application),
            )
        )
        await self._replace_points(application)

    async def save(self, application: Application, now: datetime) -> Application:
        moved = applications.c.state != application.state
        change = (
            update(applications)
            .where(applications.c.id == application.id)
            .values(
                **_values(application),
                version=applications.c.version + 1,
                state_since=case((moved, now), else_=applications.c.state_since),
            )
            .returning(applications.c.version)
        )
        version = (await self._connection.execute(change)).scalar_one()
        if await self._points(application.id) != list(application.points):
            await self._replace_points(application)
        await self._add_opinions(application)
        return replace(application, version=version)

    async def next_number(self, now: datetime) -> str:
        return await next_number(self._connection, applications, "SQ", now)

    async def listed_points(self, viewer: Actor, point_ids: Collection[str], now: datetime) -> frozenset[str]:
        if not point_ids:
            return frozenset()
        query = visible_points(viewer, PointFilter(ids=tuple(point_ids)), now, camera_points.c.id)
        return frozenset((await self._connection.execute(query)).scalars())

    async def unsigned_since(self, before: datetime) -> Sequence[str]:
        waiting = applications.c.state == ApplicationState.AGREEMENT_PENDING
        query = select(applications.c.id).where(waiting, applications.c.state_since < before)
        return (await self._connection.execute(query.order_by(applications.c.id))).scalars().all()

    async def _points(self, application_id: str) -> list[RequestedPoint]:
        query = (
            select(application_points)
            .where(application_points.c.application_id == application_id)
            .order_by(application_points.c.position)
        )
        return [
            RequestedPoint(
                row.point_id,
                operations_of(row.requested),
                None if row.consented is None else operations_of(row.consented),
            )
            for row in await self._connection.execute(query)
        ]

    async def _replace_points(self, application: Application) -> None:
        mine = application_points.c.application_id == application.id
        await self._connection.execute(delete(application_points).where(mine))
        rows = [
            {
                "application_id": application.id,
                "point_id": point.point_id,
                "position": position,
                "requested": sorted(point.requested),
                "consented": None if point.consented is None else sorted(point.consented),
            }
            for position, point in enumerate(application.points)
        ]
        if rows:
            await self._connection.execute(insert(application_points), rows)

    async def _opinions(self, application_id: str, round_: int) -> list[Opinion]:
        query = (
            select(opinions)
            .where(opinions.c.application_id == application_id, opinions.c.round == round_)
            .order_by(opinions.c.position)
        )
        return [
            Opinion(
                OpinionKind(row.kind), row.decision, row.text, row.person_id, row.person_name, row.signed_at
            )
            for row in await self._connection.execute(query)
        ]

    async def _add_opinions(self, application: Application) -> None:
        known = select(func.count()).where(
            opinions.c.application_id == application.id, opinions.c.round == application.round
        )
        count = (await self._connection.execute(known)).scalar_one()
        rows = [
            {
                "id": str(uuid4()),
                "application_id": application.id,
                "round": application.round,
                "position": position,
                **asdict(opinion),
            }
            for position, opinion in enumerate(application.opinions)
        ][count:]
        if rows:
            await self._connection.execute(insert(opinions), rows)


def operations_of(names: Sequence[str]) -> frozenset[Operation]:
    return frozenset(Operation(name) for name in names)


def consultation_of(stored: Mapping[str, str] | None) -> Consultation | None:
    if stored is None:
        return None
    return Consultation(
        date.fromisoformat(stored["held_on"]),
        stored["police_official"],
        stored["committee_official"],
        stored["summary"],
    )


def _values(application: Application) -> dict[str, Any]:
    consultation = application.consultation
    return {
        "state": application.state,
        "purpose": application.purpose,
        "legal_basis": application.legal_basis,
        "areas": list(application.areas),
        "categories": list(application.categories),
        "contacts": {name: asdict(getattr(application, name)) for name in CONTACTS},
        "valid_from": application.valid_from,
        "valid_until": application.valid_until,
        "consultation": null()
        if consultation is None
        else {**asdict(consultation), "held_on": consultation.held_on.isoformat()},
        "sealed_form": application.sealed_form,
        "filed_by": sorted(application.filed_by),
        "round": application.round,
    }


def _application(
    row: Row[*tuple[Any, ...]], points: Sequence[RequestedPoint], said: Sequence[Opinion]
) -> Application:
    contacts = {name: Contact(**row.contacts.get(name, {})) for name in CONTACTS}
    return Application(
        id=row.id,
        number=row.number,
        organization_id=row.organization_id,
        system_id=row.system_id,
        state=ApplicationState(row.state),
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        areas=tuple(row.areas),
        categories=tuple(row.categories),
        points=tuple(points),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        consultation=consultation_of(row.consultation),
        sealed_form=row.sealed_form,
        filed_by=frozenset(row.filed_by),
        opinions=tuple(said),
        round=row.round,
        version=row.version,
        **contacts,
    )
