"""A city of granted cameras, straight in the tables: for the benchmarks of deciding and revoking."""

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.factories.applications import add_application
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City, add_city

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import metadata
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.roles import Role


@dataclass(frozen=True)
class AccessCity:
    city: City
    points: list[str]
    applications: list[str]


async def build_city(
    database: Database, now: datetime, points: int = 2000, applications: int = 2
) -> AccessCity:
    """``applications`` for all ``points`` each, all of one system; statistics are fresh afterwards."""
    async with database.transaction() as tx:
        await tx.connection.run_sync(metadata.create_all)
        city = await add_city(tx)
        device = await add_device(tx)
        ids = await add_points(tx, device, points)
        filed = [
            (await add_application(tx, city, ApplicationState.ACTIVE, ids, now)).id
            if number == 0
            else (await _another_system(tx, city, ids, now))
            for number in range(applications)
        ]
        await tx.connection.execute(text("analyze"))
    return AccessCity(city, ids, filed)


async def _another_system(tx: Transaction, city: City, ids: list[str], now: datetime) -> str:
    filed = await add_application(
        tx,
        city,
        ApplicationState.ACTIVE,
        ids,
        now,
        organization_id=city.other_unit,
        system_id=city.other_system,
    )
    return filed.id


def request_for(city: AccessCity, number: int) -> AccessRequest:
    return AccessRequest(
        channel=AccessChannel.PORTAL,
        person_id=city.city.persons[Role.UNIT_VIEWER].id,
        system_id=city.city.system,
        point_id=city.points[number % len(city.points)],
        operation=Operation.LIVE,
        reason="占道经营巡查",
        client_host="127.0.0.1",
    )
