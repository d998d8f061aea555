"""使用登记, read by those whose duty it is; reading it is itself written down."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from pinegate.adapters.database.register_views import RegisterFilter, register_page
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.register.answers import register_entry
from pinegate.entrypoints.http_api.register.models import RegisterOut
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import After, Id, PageSize, Words
from pinegate.entrypoints.http_api.shared.pages import page_words
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of

router = APIRouter()


@router.get("/api/access-register", dependencies=[needs(Permission.READ_REGISTER)])
async def access_register(
    user: CurrentUser,
    services: CurrentServices,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    organization_id: Id | None = None,
    system_id: Id | None = None,
    point_id: Id | None = None,
    person: Words | None = None,
    outcome: Literal["allowed", "denied"] | None = None,
    operation: Operation | None = None,
    live: bool | None = None,
    after: After = "",
    page_size: PageSize = 50,
) -> RegisterOut:
    """Bureau and police read all of it, a unit its own."""
    wanted = RegisterFilter(
        since=since,
        until=until,
        organization_id=user.actor.confined_to or organization_id,
        system_id=system_id,
        point_id=point_id,
        person=person,
        outcome=outcome,
        operation=operation,
        live=live,
    )
    act = act_of(user, services)
    async with services.database.transaction() as tx:
        page = await register_page(tx.connection, wanted, page_size, after)
        await tx.audit.append(
            act.event(
                AuditEventName.REGISTER_READ,
                "organization",
                wanted.organization_id or "all",
                found=None if page.found is None else page.found.total,
                shown=len(page.rows),
                person=person,
                point=point_id,
            )
        )
    return RegisterOut(items=[register_entry(row) for row in page.rows], **page_words(page))
