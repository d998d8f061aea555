"""Grants, and what is withdrawn with them."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.applications import operations_of
from pinegate.adapters.database.tables import (
    access_register,
    applications,
    grants,
    interface_credentials,
    revocation_receipts,
    roster_entries,
    work_orders,
)
from pinegate.domain.applications.states import PICTURES_FLOW, ApplicationState
from pinegate.domain.grants.grant import Grant, GrantState
from pinegate.domain.grants.revocation import ReceiptKind, RevocationReceipt
from pinegate.domain.work_orders.work_order import WorkOrderState

_RUNNING = PICTURES_FLOW | {ApplicationState.SUSPENDED}
_SHARED = _RUNNING | {ApplicationState.PROVISIONING, ApplicationState.PROVISION_FAILED}


class GrantRows:
    """Implements ``usecases.grants.ports.GrantStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_application(self, application_id: str, *, lock: bool = False) -> Sequence[Grant]:
        query = select(grants).where(grants.c.application_id == application_id).order_by(grants.c.id)
        rows = await self._connection.execute(query.with_for_update() if lock else query)
        return [
            Grant(
                id=row.id,
                application_id=row.application_id,
                organization_id=row.organization_id,
                system_id=row.system_id,
                point_id=row.point_id,
                operations=operations_of(row.operations),
                state=GrantState(row.state),
                valid_from=row.valid_from,
                valid_until=row.valid_until,
                version=row.version,
            )
            for row in rows
        ]

    async def add(self, new: Sequence[Grant]) -> None:
        rows = [
            {
                "id": grant.id,
                "application_id": grant.application_id,
                "organization_id": grant.organization_id,
                "system_id": grant.system_id,
                "point_id": grant.point_id,
                "operations": sorted(grant.operations),
                "state": grant.state,
                "valid_from": grant.valid_from,
                "valid_until": grant.valid_until,
                "version": grant.version,
            }
            for grant in new
        ]
        if rows:
            await self._connection.execute(insert(grants), rows)

    async def save(self, changed: Sequence[Grant]) -> None:
        for grant in changed:
            await self._connection.execute(
                update(grants)
                .where(grants.c.id == grant.id)
                .values(state=grant.state, valid_until=grant.valid_until, version=grant.version)
            )

    async def system_is_shared_otherwise(self, system_id: str, application_id: str) -> bool:
        query = select(func.count()).where(
            applications.c.system_id == system_id,
            applications.c.id != application_id,
            applications.c.state.in_(_SHARED),
        )
        return (await self._connection.execute(query)).scalar_one() > 0

    async def withdraw_credentials(self, system_id: str, now: datetime) -> Sequence[str]:
        credential = interface_credentials.c
        change = (
            update(interface_credentials)
            .where(credential.system_id == system_id, credential.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
            .returning(credential.access_key)
        )
        return (await self._connection.execute(change)).scalars().all()

    async def close_roster(self, system_id: str) -> Sequence[str]:
        entry = roster_entries.c
        change = (
            update(roster_entries)
            .where(entry.system_id == system_id, ~entry.removed)
            .values(removed=True)
            .returning(entry.person_id)
        )
        return (await self._connection.execute(change)).scalars().all()

    async def close_open_orders(
        self, application_id: str, state: WorkOrderState, now: datetime
    ) -> Sequence[str]:
        order = work_orders.c
        change = (
            update(work_orders)
            .where(order.application_id == application_id, order.state == WorkOrderState.OPEN)
            .values(state=state, closed_at=now)
            .returning(order.id)
        )
        return (await self._connection.execute(change)).scalars().all()

    async def live_sessions(self, application_id: str) -> int:
        session = access_register.c
        query = select(func.count()).where(
            session.application_id == application_id,
            session.outcome == "allowed",
            session.ended_at.is_(None),
        )
        return (await self._connection.execute(query)).scalar_one()

    async def add_receipt(self, receipt: RevocationReceipt) -> None:
        row = insert_or_leave(revocation_receipts).values(
            application_id=receipt.application_id,
            kind=receipt.kind,
            affected=receipt.affected,
            ordered_by=receipt.ordered_by,
            done_at=receipt.done_at,
        )
        await self._connection.execute(row.on_conflict_do_nothing())

    async def receipts_of(self, application_id: str) -> frozenset[ReceiptKind]:
        receipt = revocation_receipts.c
        query = select(receipt.kind).where(receipt.application_id == application_id)
        return frozenset(ReceiptKind(kind) for kind in (await self._connection.execute(query)).scalars())

    async def applications_ended_by(self, today: date) -> Sequence[str]:
        query = select(applications.c.id).where(
            applications.c.state.in_(_RUNNING), applications.c.valid_until < today
        )
        return (await self._connection.execute(query.order_by(applications.c.id))).scalars().all()

    async def applications_being_revoked(self) -> Sequence[str]:
        query = select(applications.c.id).where(applications.c.state == ApplicationState.REVOKING)
        return (await self._connection.execute(query.order_by(applications.c.id))).scalars().all()
