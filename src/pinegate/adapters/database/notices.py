"""Notices to organizations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import notices, organizations
from pinegate.domain.organizations.parties import Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role


class NoticeRows:
    """Implements ``usecases.transaction.NoticeBoard``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def organizations_of(self, kinds: Collection[OrganizationKind]) -> Sequence[str]:
        if not kinds:
            return []
        active = organizations.c.standing == Standing.ACTIVE
        query = select(organizations.c.id).where(organizations.c.kind.in_(kinds), active)
        return (await self._connection.execute(query.order_by(organizations.c.id))).scalars().all()

    async def post(
        self,
        notice_id: str,
        organization_id: str,
        kind: str,
        subject_id: str,
        details: Mapping[str, str],
        now: datetime,
        role: Role | None = None,
    ) -> None:
        await self._connection.execute(
            insert(notices).values(
                id=notice_id,
                organization_id=organization_id,
                role=role,
                kind=kind,
                subject_id=subject_id,
                details=dict(details),
                created_at=now,
            )
        )
