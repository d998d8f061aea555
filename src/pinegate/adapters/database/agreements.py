"""Agreements and their signatures."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import agreements
from pinegate.domain.agreements.agreement import Agreement, AgreementState, Signature


class AgreementRows:
    """Implements ``usecases.applications.ports.AgreementStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, agreement_id: str, *, lock: bool = False) -> Agreement | None:
        return await self._one(agreements.c.id == agreement_id, lock)

    async def of_application(self, application_id: str, *, lock: bool = False) -> Agreement | None:
        return await self._one(agreements.c.application_id == application_id, lock)

    async def add(self, agreement: Agreement, now: datetime) -> None:
        await self._connection.execute(
            insert(agreements).values(
                id=agreement.id,
                application_id=agreement.application_id,
                organization_id=agreement.organization_id,
                text_version=agreement.text_version,
                schedule_digest=agreement.schedule_digest,
                created_at=now,
                state=agreement.state,
            )
        )

    async def save(self, agreement: Agreement, now: datetime) -> None:
        values: dict[str, Any] = {
            "state": agreement.state,
            "unit_signature": _stored(agreement.unit_signature),
            "bureau_signature": _stored(agreement.bureau_signature),
        }
        row = update(agreements).where(agreements.c.id == agreement.id)
        await self._connection.execute(row.values(**values))
        if agreement.state is AgreementState.EFFECTIVE:
            first = row.where(agreements.c.effective_at.is_(None))
            await self._connection.execute(first.values(effective_at=now))

    async def _one(self, condition: ColumnElement[bool], lock: bool) -> Agreement | None:
        query = select(agreements).where(condition)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            return None
        return Agreement(
            id=row.id,
            application_id=row.application_id,
            organization_id=row.organization_id,
            state=AgreementState(row.state),
            text_version=row.text_version,
            schedule_digest=row.schedule_digest,
            unit_signature=signature_of(row.unit_signature),
            bureau_signature=signature_of(row.bureau_signature),
        )


def signature_of(stored: Mapping[str, str] | None) -> Signature | None:
    if stored is None:
        return None
    return Signature(
        stored["person_id"],
        stored["person_name"],
        datetime.fromisoformat(stored["signed_at"]),
        stored["sealed_scan_sm3"],
    )


def _stored(signature: Signature | None) -> object:
    if signature is None:
        return null()
    return {
        "person_id": signature.person_id,
        "person_name": signature.person_name,
        "signed_at": signature.signed_at.isoformat(),
        "sealed_scan_sm3": signature.sealed_scan_sm3,
    }
