"""The points' rows. Reading lists goes through ``visible_points``; here stand the changes."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, and_, case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import camera_points
from pinegate.domain.catalogue.camera_record import PointRecord
from pinegate.domain.catalogue.inventory import InventoryPoint
from pinegate.domain.catalogue.listing import LISTING, ListingEvent, ListingState, PointListing
from pinegate.domain.catalogue.search_words import point_words
from pinegate.usecases.catalogue.ports import KnownPoint, PointEdit, SyncOutcome

_BATCH = 100
"""Rows made and sent at once; the event loop serves others between two batches."""
_point = camera_points.c
_words = func.array_to_tsvector


class PointRows:
    """Implements ``usecases.catalogue.ports.CataloguePoints``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, point_ids: Sequence[str]) -> list[KnownPoint]:
        query = select(camera_points).where(_point.id.in_(point_ids)).order_by(_point.id).with_for_update()
        return [_known(row) for row in await self._connection.execute(query)]

    async def move(self, point_ids: Sequence[str], state: ListingState, by: str, *, listed: bool) -> None:
        values: dict[str, Any] = {"listing_state": state, "version": _point.version + 1}
        if listed:
            values |= {"listed_by": by, "listed_at": func.now()}
        await self._connection.execute(update(camera_points).where(_point.id.in_(point_ids)).values(**values))

    async def mark(self, point_ids: Sequence[str], shareable: bool, by: str) -> None:
        await self._connection.execute(
            update(camera_points)
            .where(_point.id.in_(point_ids))
            .values(sharing_mark=shareable, sharing_marked_by=by, sharing_marked_at=func.now())
        )

    async def edit(self, point_id: str, edit: PointEdit, by: str, state: ListingState) -> None:
        code = select(_point.channel_code).where(_point.id == point_id)
        channel_code = (await self._connection.execute(code)).scalar_one()
        await self._connection.execute(
            update(camera_points)
            .where(_point.id == point_id)
            .values(
                name=edit.name,
                address=edit.address,
                division_code=edit.division_code,
                township_code=edit.township_code,
                category=edit.category,
                point_class=edit.point_class,
                source_class=edit.source_class,
                longitude=edit.longitude,
                latitude=edit.latitude,
                record=dict(edit.values),
                listing_state=state,
                edited_by=by,
                edited_at=func.now(),
                version=_point.version + 1,
                search=_words(point_words(edit.name, edit.address, channel_code)),
            )
        )

    async def take_over(
        self, device_id: str, points: Sequence[InventoryPoint], *, complete: bool
    ) -> SyncOutcome:
        """20,000 items in a few seconds, in batches."""
        before = await self._standing(device_id)
        for start in range(0, len(points), _BATCH):
            await self._upsert(device_id, points[start : start + _BATCH])
        codes = {point.item.channel_code for point in points}
        added = len(codes - before.keys())
        gone = sorted(before.keys() - codes) if complete else []
        missing = await self.go_missing(device_id, gone) if gone else []
        newly_secret = [
            before[point.item.channel_code].id
            for point in points
            if point.item.secret
            and point.item.channel_code in before
            and not before[point.item.channel_code].secret
        ]
        missed = [
            code for code in codes & before.keys() if before[code].listing_state == ListingState.MISSING
        ]
        if missed:
            back = LISTING.step(ListingState.MISSING, ListingEvent.RETURN)
            await self._follow(device_id, missed, ListingState.MISSING, back)
        return SyncOutcome(added, len(codes) - added, len(missing), (*missing, *newly_secret))

    async def _standing(self, device_id: str) -> dict[str, Row[Any, Any, Any, Any]]:
        query = select(_point.channel_code, _point.id, _point.listing_state, _point.secret).where(
            _point.device_id == device_id
        )
        return {row.channel_code: row for row in await self._connection.execute(query)}

    async def _upsert(self, device_id: str, points: Sequence[InventoryPoint]) -> None:
        statement = insert(camera_points).values(search=text("array_to_tsvector(cast(:words as text[]))"))
        new = statement.excluded
        # What somebody has catalogued is not overwritten by the next answer; what nobody has touched follows it.
        untouched = _point.edited_by.is_(None)
        follows = {
            name: func.coalesce(new[name], _point[name]) for name in ("longitude", "latitude", "point_class")
        } | {
            name: new[name]
            for name in ("name", "address", "division_code", "township_code", "category", "search")
        }
        statement = statement.on_conflict_do_update(
            index_elements=["device_id", "channel_code"],
            set_={name: case((untouched, value), else_=_point[name]) for name, value in follows.items()}
            | {
                "secret": new.secret,
                "health": new.health,
                "ptz_type": func.coalesce(new.ptz_type, _point.ptz_type),
                "upstream": new.upstream,
                "last_seen_at": func.now(),
            },
        )
        await self._connection.execute(statement, [_row(device_id, point) for point in points])

    async def set_health(self, device_id: str, channel_codes: Sequence[str], health: str) -> None:
        await self._connection.execute(
            update(camera_points)
            .where(and_(_point.device_id == device_id, _point.channel_code.in_(channel_codes)))
            .values(health=health)
        )

    async def go_missing(self, device_id: str, channel_codes: Sequence[str]) -> list[str]:
        gone: list[str] = []
        for state in sorted(LISTING.states_of(ListingEvent.GO_MISSING)):
            after = LISTING.step(state, ListingEvent.GO_MISSING)
            gone += await self._follow(device_id, channel_codes, state, after)
        return gone

    async def _follow(
        self, device_id: str, channel_codes: Sequence[str], before: ListingState, after: ListingState
    ) -> Sequence[str]:
        """Those of the points that were ``before`` are ``after`` now; gives their ids."""
        statement = (
            update(camera_points)
            .where(
                _point.device_id == device_id,
                _point.channel_code.in_(channel_codes),
                _point.listing_state == before,
            )
            .values(listing_state=after, version=_point.version + 1)
            .returning(_point.id)
        )
        return (await self._connection.execute(statement)).scalars().all()


def _row(device_id: str, point: InventoryPoint) -> dict[str, Any]:
    item = point.item
    return {
        "id": str(uuid4()),
        "device_id": device_id,
        "channel_code": item.channel_code,
        "listing_state": LISTING.step(None, ListingEvent.SYNC),
        "name": item.name,
        "address": item.address,
        "division_code": point.division_code,
        "township_code": point.township_code,
        "category": point.category,
        "point_class": item.point_class,
        "ptz_type": item.ptz_type,
        "longitude": item.longitude,
        "latitude": item.latitude,
        "secret": item.secret,
        "health": {True: "online", False: "offline", None: "unknown"}[item.online],
        "upstream": dict(item.raw),
        "words": point_words(item.name, item.address, item.channel_code),
    }


def _known(row: Row[Any]) -> KnownPoint:
    return KnownPoint(
        id=row.id,
        listing=PointListing(ListingState(row.listing_state), row.sharing_mark, row.secret, row.edited_by),
        record=PointRecord(
            channel_code=row.channel_code,
            name=row.name,
            address=row.address,
            division_code=row.division_code,
            category=row.category,
            point_class=row.point_class,
            longitude=row.longitude,
            latitude=row.latitude,
            secret=row.secret,
        ),
        values=row.record,
        version=row.version,
    )
