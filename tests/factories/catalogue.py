"""Devices and camera points."""

from sqlalchemy import insert
from tests.factories.organizations import fresh_id

from pinegate.adapters.database.tables import camera_points, devices
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.catalogue.listing import ListingState


async def add_device(tx: Transaction, device_code: str = "34100000002000000001", name: str = "平台") -> str:
    device_id = fresh_id()
    await tx.connection.execute(
        insert(devices).values(
            id=device_id, device_code=device_code, name=name, password_encrypted=b"", online=True
        )
    )
    return device_id


async def add_points(
    tx: Transaction,
    device_id: str,
    count: int = 1,
    *,
    listing_state: ListingState = ListingState.LISTED,
    sharing_mark: bool = True,
    secret: bool = False,
    first: int = 1,
) -> list[str]:
    """``count`` camera points in 屯溪区, coded from ``first`` on; answers their ids in that order."""
    ids = [fresh_id() for _ in range(count)]
    rows = [
        {
            "id": point_id,
            "device_id": device_id,
            "channel_code": f"34100200001310{number:06d}",
            "name": f"屯溪区老街路口{number}",
            "address": f"屯溪区老街{number}号",
            "division_code": "341002",
            "township_code": "341002102",
            "category": "背街小巷",
            "point_class": 1,
            "ptz_type": 1,
            "longitude": 118.31 + number * 1e-4,
            "latitude": 29.71,
            "secret": secret,
            "health": "online",
            "listing_state": listing_state,
            "sharing_mark": sharing_mark,
        }
        for number, point_id in enumerate(ids, first)
    ]
    await tx.connection.execute(insert(camera_points), rows)
    return ids
