"""An organization with its people and systems."""

from datetime import datetime

from pinegate.adapters.database.organization_views import organization_rows, people_of, system_rows
from pinegate.adapters.database.transaction import Transaction
from pinegate.entrypoints.http_api.organizations.models import (
    OrganizationDetail,
    OrganizationOut,
    PersonOut,
    SystemOut,
)
from pinegate.usecases.errors import NotFoundError


async def organization_out(tx: Transaction, organization_id: str, now: datetime) -> OrganizationDetail:
    rows = await organization_rows(tx.connection, organization_id)
    if not rows:
        raise NotFoundError
    people = await people_of(tx.connection, organization_id, now)
    systems = await system_rows(tx.connection, organization_id=organization_id)
    return OrganizationDetail(
        **OrganizationOut.model_validate(rows[0], from_attributes=True).model_dump(),
        persons=[PersonOut.model_validate(row, from_attributes=True) for row in people],
        systems=[SystemOut.model_validate(row, from_attributes=True) for row in systems],
    )
