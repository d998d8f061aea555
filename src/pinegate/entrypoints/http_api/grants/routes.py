"""The grants' routes: who may see what, until when. The operator sees work orders instead (Annex 1 note 4)."""

from typing import Annotated

from fastapi import APIRouter, Query

from pinegate.adapters.database.application_views import GrantFilter, grant_page
from pinegate.domain.applications.readers import READERS
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.applications.answers import grants_out
from pinegate.entrypoints.http_api.applications.models import GrantPage
from pinegate.entrypoints.http_api.grants.models import GrantQuery
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser

router = APIRouter(prefix="/api/grants")

_READERS = (READERS | {Role.UNIT_VIEWER, Role.AUDIT_ADMIN}) - {Role.POLITICAL_LEGAL_LIAISON}


@router.get("")
async def list_grants(
    user: CurrentUser, services: CurrentServices, asked: Annotated[GrantQuery, Query()]
) -> GrantPage:
    if not user.actor.may(_READERS):
        raise ProblemError("forbidden")
    wanted = GrantFilter(system_id=asked.system_id, point_id=asked.point_id, state=asked.state or "")
    async with services.database.transaction() as tx:
        offset = (asked.page - 1) * asked.page_size
        rows, total = await grant_page(tx.connection, user.actor, wanted, asked.page_size, offset)
    return GrantPage(items=grants_out(rows), total=total)
