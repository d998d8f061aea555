"""The grants' routes: who may see what, until when. The operator sees work orders instead (Annex 1 note 4)."""

from typing import Annotated

from fastapi import APIRouter, Query

from pinegate.adapters.database.application_views import GrantFilter, grant_page
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.applications.answers import grants_out
from pinegate.entrypoints.http_api.applications.models import GrantPage
from pinegate.entrypoints.http_api.grants.models import GrantQuery
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.pages import page_words
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser

router = APIRouter(prefix="/api/grants")


@router.get("", dependencies=[needs(Permission.READ_GRANTS)])
async def list_grants(
    user: CurrentUser, services: CurrentServices, asked: Annotated[GrantQuery, Query()]
) -> GrantPage:
    wanted = GrantFilter(system_id=asked.system_id, point_id=asked.point_id, states=asked.states())
    async with services.database.transaction() as tx:
        page = await grant_page(tx.connection, user.actor, wanted, asked.page_size, asked.after)
    return GrantPage(items=grants_out(page.rows), **page_words(page))
