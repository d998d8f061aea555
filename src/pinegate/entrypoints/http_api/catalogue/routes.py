"""The catalogue's routes: search, tree, map, editing, sharing mark, listing."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from pinegate.adapters.database.catalogue_map import map_view
from pinegate.adapters.database.catalogue_views import SORTS, CatalogueViews
from pinegate.domain.access.budgets import Activity
from pinegate.domain.catalogue.listing import LISTING
from pinegate.domain.catalogue.operation import ONLY_TURNING, REQUESTABLE, Operation
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.catalogue.answers import (
    division_out,
    map_out,
    point_detail,
    point_out,
    tree_out,
)
from pinegate.entrypoints.http_api.catalogue.models import (
    MOVES,
    CategoryOut,
    CodesOut,
    DivisionOut,
    FieldOut,
    MapOut,
    MapQuery,
    MarkIn,
    MarkOut,
    MoveIn,
    MoveOut,
    OperationsOut,
    PointDetail,
    PointIn,
    PointPage,
    PointPageQuery,
    PointQuery,
    RefusedMove,
    TreeNode,
)
from pinegate.entrypoints.http_api.shared.gate import needs, signed_in_only, takes
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.pages import page_words
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.access.spending import Spender
from pinegate.usecases.catalogue.edit_point import edit_point
from pinegate.usecases.catalogue.mark_sharing import mark_sharing
from pinegate.usecases.catalogue.move_points import move_points

router = APIRouter(prefix="/api")


async def searches(user: CurrentUser, services: CurrentServices) -> None:
    """What looks through the whole catalogue has a budget. Raises ``BudgetSpentError``."""
    spender = Spender(user.actor.organization_id, user.actor.person_id)
    services.spending.spend(Activity.SEARCHES, spender, services.monotonic())


@router.get("/divisions", dependencies=[signed_in_only()])
async def list_divisions(user: CurrentUser, services: CurrentServices) -> DivisionOut:
    return division_out(services.profile.divisions.city)


@router.get("/categories", dependencies=[signed_in_only()])
async def list_categories(user: CurrentUser, services: CurrentServices) -> list[CategoryOut]:
    return [CategoryOut(code=code, name=name) for code, name in services.profile.categories.names.items()]


@router.get("/operations", dependencies=[signed_in_only()])
async def list_operations(user: CurrentUser) -> OperationsOut:
    return OperationsOut(
        requestable=[operation for operation in Operation if operation in REQUESTABLE],
        only_turning=[operation for operation in Operation if operation in REQUESTABLE & ONLY_TURNING],
    )


@router.get("/codes", dependencies=[signed_in_only()])
async def list_codes(user: CurrentUser, services: CurrentServices) -> CodesOut:
    return CodesOut(
        lists={name: dict(codes) for name, codes in services.profile.code_lists.items()},
        fields=[
            FieldOut(name=f.name, label=f.label, kind=f.kind, required=f.required, codes=sorted(f.codes))
            for f in services.profile.camera_fields
        ],
    )


@router.get("/points", dependencies=[signed_in_only(), Depends(searches)])
async def list_points(
    user: CurrentUser, services: CurrentServices, asked: Annotated[PointPageQuery, Query()]
) -> PointPage:
    if asked.sort not in SORTS:
        raise ProblemError("invalid_input", errors=[{"field": "sort", "message": "unknown order"}])
    divisions = services.profile.divisions
    async with services.database.transaction() as tx:
        views = CatalogueViews(tx.connection, user.actor, services.now())
        wanted = asked.as_filter(divisions.city.code)
        page = await views.page(wanted, asked.page_size, asked.sort, asked.after)
    return PointPage(items=[point_out(row, divisions) for row in page.rows], **page_words(page))


@router.get("/points/tree", dependencies=[signed_in_only(), Depends(searches)])
async def point_tree(
    user: CurrentUser, services: CurrentServices, asked: Annotated[PointQuery, Query()]
) -> TreeNode:
    city = services.profile.divisions.city
    async with services.database.transaction() as tx:
        views = CatalogueViews(tx.connection, user.actor, services.now())
        rows = await views.counts(asked.as_filter(city.code))
    return tree_out(rows, city)


@router.get("/points/map", dependencies=[signed_in_only(), Depends(searches)])
async def point_map(
    user: CurrentUser, services: CurrentServices, asked: Annotated[MapQuery, Query()]
) -> MapOut:
    profile = services.profile
    wanted = asked.as_filter(profile.divisions.city.code, asked.box(profile.bounds))
    async with services.database.transaction() as tx:
        seen = await map_view(tx.connection, user.actor, wanted, services.now(), int(asked.zoom))
    return map_out(seen)


@router.get("/points/{point_id}", dependencies=[signed_in_only(whole=Permission.READ_WHOLE_RECORDS)])
async def get_point(point_id: Id, user: CurrentUser, services: CurrentServices) -> PointDetail:
    async with services.database.transaction() as tx:
        return await point_detail(tx, point_id, user, services)


@router.post("/points/sharing-mark", dependencies=[needs(Permission.MARK_SHARING)])
async def set_sharing_mark(body: MarkIn, user: CurrentUser, services: CurrentServices) -> MarkOut:
    async with services.database.transaction() as tx:
        changed = await mark_sharing(tx, body.point_ids, body.shareable, body.reason, act_of(user, services))
    return MarkOut(changed=changed)


@router.post("/points/move", dependencies=[takes(LISTING, *MOVES)])
async def move(body: MoveIn, user: CurrentUser, services: CurrentServices) -> MoveOut:
    async with services.database.transaction() as tx:
        outcome = await move_points(
            tx,
            body.point_ids,
            body.event,
            body.reason,
            act_of(user, services),
            profile=services.profile,
        )
    return MoveOut(
        moved=list(outcome.moved), refused=[RefusedMove(id=id_, code=code) for id_, code in outcome.refused]
    )


@router.patch("/points/{point_id}", dependencies=[needs(Permission.EDIT_POINTS)])
async def edit(point_id: Id, body: PointIn, user: CurrentUser, services: CurrentServices) -> PointDetail:
    async with services.database.transaction() as tx:
        await edit_point(
            tx,
            point_id,
            body.version,
            body.as_edit(),
            act_of(user, services),
            profile=services.profile,
        )
        return await point_detail(tx, point_id, user, services)
