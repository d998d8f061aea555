"""The audit log, read by those whose duty it is; reading it is itself written down."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from pinegate.adapters.database.audit_views import AuditFilter, audit_page
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.audit.models import AuditEventOut, AuditOut
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import After, PageSize, Words
from pinegate.entrypoints.http_api.shared.pages import page_words
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of

router = APIRouter()


@router.get("/api/audit", dependencies=[needs(Permission.READ_AUDIT)])
async def audit(
    user: CurrentUser,
    services: CurrentServices,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    name: Words | None = None,
    actor: Words | None = None,
    subject_kind: Words | None = None,
    subject_id: Words | None = None,
    after: After = "",
    page_size: PageSize = 50,
) -> AuditOut:
    """The audit administrator's view; nobody changes anything here, the database refuses it too."""
    wanted = AuditFilter(since, until, name, actor, subject_kind, subject_id)
    act = act_of(user, services)
    async with services.database.transaction() as tx:
        page = await audit_page(tx.connection, wanted, page_size, after)
        await tx.audit.append(
            act.event(
                AuditEventName.AUDIT_READ,
                "audit",
                "log",
                found=None if page.found is None else page.found.total,
                shown=len(page.rows),
                asked_name=name,
            )
        )
    items = [AuditEventOut.model_validate(row, from_attributes=True) for row in page.rows]
    return AuditOut(items=items, **page_words(page))
