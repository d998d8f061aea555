"""The catalogue's routes: search, tree, map, editing, sharing mark, listing."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Row

from pinegate.adapters.database.catalogue_views import SORTS, CatalogueViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.catalogue.camera_record import TURNING_PTZ_TYPES
from pinegate.domain.catalogue.divisions import Bounds, Division, DivisionTree
from pinegate.domain.catalogue.listing import ListingState, allowed_moves, may_edit
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.catalogue.models import (
    CategoryOut,
    ClusterOut,
    CodesOut,
    DivisionOut,
    FieldOut,
    HistoryOut,
    MapOut,
    MapPoint,
    MapQuery,
    MarkIn,
    MarkOut,
    MoveIn,
    MoveOut,
    PointDetail,
    PointIn,
    PointOut,
    PointPage,
    PointPageQuery,
    PointQuery,
    RefusedMove,
    TreeNode,
)
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.catalogue.edit_point import edit_point
from pinegate.usecases.catalogue.mark_sharing import mark_sharing
from pinegate.usecases.catalogue.move_points import move_points
from pinegate.usecases.catalogue.ports import PointEdit

router = APIRouter(prefix="/api")

_INSIDERS = frozenset({OrganizationKind.OPERATOR, OrganizationKind.POLICE})


@router.get("/divisions")
async def list_divisions(user: CurrentUser, services: CurrentServices) -> DivisionOut:
    return _division(services.profile.divisions.city)


@router.get("/categories")
async def list_categories(user: CurrentUser, services: CurrentServices) -> list[CategoryOut]:
    return [CategoryOut(code=code, name=name) for code, name in services.profile.categories.names.items()]


@router.get("/codes")
async def list_codes(user: CurrentUser, services: CurrentServices) -> CodesOut:
    return CodesOut(
        lists={name: dict(codes) for name, codes in services.profile.code_lists.items()},
        fields=[
            FieldOut(name=f.name, label=f.label, kind=f.kind, required=f.required, codes=sorted(f.codes))
            for f in services.profile.camera_fields
        ],
    )


@router.get("/points")
async def list_points(
    user: CurrentUser, services: CurrentServices, asked: Annotated[PointPageQuery, Query()]
) -> PointPage:
    if asked.sort not in SORTS:
        raise ProblemError("invalid_input", errors=[{"field": "sort", "message": "unknown order"}])
    async with services.database.transaction() as tx:
        views = CatalogueViews(tx.connection, user.actor, services.now())
        offset = (asked.page - 1) * asked.page_size
        rows, total = await views.page(
            asked.as_filter(_city_code(services)), asked.sort, asked.page_size, offset
        )
    return PointPage(items=[point_out(row, services.profile.divisions) for row in rows], total=total)


@router.get("/points/tree")
async def point_tree(
    user: CurrentUser, services: CurrentServices, asked: Annotated[PointQuery, Query()]
) -> TreeNode:
    city = services.profile.divisions.city
    async with services.database.transaction() as tx:
        views = CatalogueViews(tx.connection, user.actor, services.now())
        rows = await views.counts(asked.as_filter(city.code))
    return _tree(rows, city)


@router.get("/points/map")
async def point_map(
    user: CurrentUser, services: CurrentServices, asked: Annotated[MapQuery, Query()]
) -> MapOut:
    cell = 40.0 / 2**asked.zoom
    async with services.database.transaction() as tx:
        views = CatalogueViews(tx.connection, user.actor, services.now())
        seen = await views.map(
            asked.as_filter(_city_code(services), _box(asked.bbox, services.profile.bounds)), cell
        )
    return MapOut(
        clusters=[
            ClusterOut(longitude=c.longitude, latitude=c.latitude, count=c.points) for c in seen.clusters
        ],
        points=[
            MapPoint(
                id=p.id,
                name=p.name,
                longitude=p.longitude,
                latitude=p.latitude,
                health=p.health,
                ptz=p.ptz_type in TURNING_PTZ_TYPES,
                listing_state=p.listing_state,
            )
            for p in seen.points
        ],
    )


@router.get("/points/{point_id}")
async def get_point(point_id: Id, user: CurrentUser, services: CurrentServices) -> PointDetail:
    async with services.database.transaction() as tx:
        return await _detail(tx, point_id, user, services)


@router.post("/points/sharing-mark")
async def set_sharing_mark(body: MarkIn, user: CurrentUser, services: CurrentServices) -> MarkOut:
    async with services.database.transaction() as tx:
        changed = await mark_sharing(tx, body.point_ids, body.shareable, body.reason, act_of(user, services))
    return MarkOut(changed=changed)


@router.post("/points/move")
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


@router.patch("/points/{point_id}")
async def edit(point_id: Id, body: PointIn, user: CurrentUser, services: CurrentServices) -> PointDetail:
    changed = PointEdit(
        name=body.name.strip(),
        address=body.address.strip(),
        division_code=body.division_code,
        township_code=body.township_code,
        category=body.category,
        point_class=body.point_class,
        source_class=body.source_class,
        longitude=body.longitude,
        latitude=body.latitude,
        values=body.record,
    )
    async with services.database.transaction() as tx:
        await edit_point(
            tx,
            point_id,
            body.version,
            changed,
            act_of(user, services),
            profile=services.profile,
        )
        return await _detail(tx, point_id, user, services)


def _division(division: Division) -> DivisionOut:
    return DivisionOut(
        code=division.code, name=division.name, children=[_division(c) for c in division.children]
    )


def _city_code(services: Services) -> str:
    return services.profile.divisions.city.code


def _box(text: str, city: Bounds) -> tuple[float, float, float, float]:
    if not text:
        return city.west, city.south, city.east, city.north
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ProblemError(
            "invalid_input", errors=[{"field": "bbox", "message": "west,south,east,north in degrees"}]
        ) from None
    return west, south, east, north


def _as_dict(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return row._asdict()  # pyright: ignore[reportPrivateUsage] -- public in SQLAlchemy in spite of its underscore


def _point_values(row: Row[*tuple[Any, ...]], divisions: DivisionTree) -> dict[str, Any]:
    return _as_dict(row) | {
        "division_name": divisions.name_of(row.division_code),
        "township_name": divisions.name_of(row.township_code),
        "ptz": row.ptz_type in TURNING_PTZ_TYPES,
    }


def point_out(row: Row[*tuple[Any, ...]], divisions: DivisionTree) -> PointOut:
    """A row of ``CatalogueViews`` as the API shows it."""
    return PointOut.model_validate(_point_values(row, divisions))


async def _detail(tx: Transaction, point_id: str, user: SignedIn, services: Services) -> PointDetail:
    views, profile = CatalogueViews(tx.connection, user.actor, services.now()), services.profile
    row = await views.one(point_id)
    if row is None:
        raise ProblemError("not_found")
    actor = user.actor
    inside = actor.organization_kind in _INSIDERS
    hidden: set[str] = (
        set() if inside else {field.name for field in profile.camera_fields if field.restricted}
    )
    values = _point_values(row, profile.divisions) | {
        "record": {name: value for name, value in row.record.items() if name not in hidden},
        "upstream": row.upstream if inside else {},
        "history": [HistoryOut.model_validate(_as_dict(event)) for event in await views.history(point_id)]
        if inside
        else [],
        "allowed_events": allowed_moves(ListingState(row.listing_state), actor),
        "may_edit": may_edit(ListingState(row.listing_state), actor),
        "may_mark": bool(actor.roles & {Role.POLICE_REVIEWER, Role.POLICE_LEADER}),
    }
    return PointDetail.model_validate(values)


def _tree(rows: Sequence[Row[*tuple[Any, ...]]], city: Division) -> TreeNode:
    by_code: dict[str, tuple[int, int]] = {}
    for row in rows:
        for code in {city.code, row.division_code, row.township_code} - {""}:
            count, online = by_code.get(code, (0, 0))
            by_code[code] = (count + row.points, online + row.online)

    def node(division: Division) -> TreeNode:
        count, online = by_code.get(division.code, (0, 0))
        children = [node(child) for child in division.children]
        return TreeNode(
            code=division.code,
            name=division.name,
            count=count,
            online=online,
            children=[child for child in children if child.count],
        )

    return node(city)
