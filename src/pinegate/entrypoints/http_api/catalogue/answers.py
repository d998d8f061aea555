"""The catalogue as the API shows it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from pinegate.adapters.database.catalogue_map import MapView
from pinegate.adapters.database.catalogue_views import CatalogueViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.catalogue.camera_record import TURNING_PTZ_TYPES
from pinegate.domain.catalogue.divisions import Division, DivisionTree
from pinegate.domain.catalogue.listing import ListingState, allowed_moves, may_edit
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.catalogue.models import (
    ClusterOut,
    DivisionOut,
    HistoryOut,
    MapOut,
    MapPoint,
    PointDetail,
    PointOut,
    TreeNode,
)
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import SignedIn
from pinegate.entrypoints.services import Services


def division_out(division: Division) -> DivisionOut:
    return DivisionOut(
        code=division.code, name=division.name, children=[division_out(c) for c in division.children]
    )


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


async def point_detail(tx: Transaction, point_id: str, user: SignedIn, services: Services) -> PointDetail:
    views, profile = CatalogueViews(tx.connection, user.actor, services.now()), services.profile
    row = await views.one(point_id)
    if row is None:
        raise ProblemError("not_found")
    inside = user.may(Permission.READ_WHOLE_RECORDS)
    hidden: set[str] = (
        set() if inside else {field.name for field in profile.camera_fields if field.restricted}
    )
    values = _point_values(row, profile.divisions) | {
        "record": {name: value for name, value in row.record.items() if name not in hidden},
        "upstream": row.upstream if inside else {},
        "history": [HistoryOut.model_validate(_as_dict(event)) for event in await views.history(point_id)]
        if inside
        else [],
        "allowed_events": allowed_moves(ListingState(row.listing_state), user.actor),
        "may_edit": may_edit(ListingState(row.listing_state), user.actor),
        "may_mark": user.may(Permission.MARK_SHARING),
    }
    return PointDetail.model_validate(values)


def map_out(seen: MapView) -> MapOut:
    """Clusters from afar, points from near by."""
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


def tree_out(rows: Sequence[Row[*tuple[Any, ...]]], city: Division) -> TreeNode:
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
