"""Who watches over what makes persons: the audit administrators of the data bureau."""

from collections.abc import Mapping
from typing import Protocol

from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.act import Act
from pinegate.usecases.transaction import NoticeBoard


class Noticing(Protocol):
    """A transaction that can post notices."""

    @property
    def notices(self) -> NoticeBoard: ...


async def alert_auditor(
    tx: Noticing, kind: str, subject_id: str, details: Mapping[str, str], act: Act
) -> None:
    """A notice that the audit administrators see on their workbench, and nobody else of their office."""
    for organization_id in await tx.notices.organizations_of({OrganizationKind.DATA_BUREAU}):
        await tx.notices.post(
            act.new_id(), organization_id, kind, subject_id, details, act.now, role=Role.AUDIT_ADMIN
        )
