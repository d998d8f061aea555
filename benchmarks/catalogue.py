"""How long the catalogue lets people wait with 20,000 points: list, search, tree and map, through the HTTP API.

Keys: ``list_p95_ms``, ``search_p95_ms``, ``tree_p95_ms``, ``map_p95_ms``. An answer within 100 ms feels instant.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from tests.factories.catalogue import add_device
from tests.factories.organizations import City, add_city, add_portal_session

from _endless_budgets import endless_budgets
from _measure import figure, percentile
from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.domain.catalogue.inventory import InventoryItem
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.sync_inventory import cameras_in, sync_inventory
from pinegate_simulator.inventory import invent

POINTS = 20_000
ASKED: Mapping[str, tuple[str, list[dict[str, str]]]] = {
    "list": ("/api/points", [{"page": str(page)} for page in (1, 7, 200, 400)]),
    "search": ("/api/points", [{"q": words} for words in ("老街", "大桥", "屯溪区客运站", "茶")]),
    "tree": ("/api/points/tree", [{}, {"q": "广场"}, {"division": "341021"}]),
    "map": ("/api/points/map", [{"zoom": "9"}, {"zoom": "12", "bbox": "118.2,29.6,118.4,29.8"}]),
}


async def fill(database: Database) -> City:
    async with database.transaction() as tx:
        city = await add_city(tx)
        device = await add_device(tx)
        items = [
            InventoryItem(
                camera.device_id,
                camera.name,
                camera.civil_code,
                camera.address,
                online=True,
                longitude=camera.longitude,
                latitude=camera.latitude,
                ptz_type=camera.ptz_type,
            )
            for camera in invent(POINTS)
        ]
        await sync_inventory(
            tx,
            device,
            cameras_in(items, load_city_profile()),
            Act(None, utc_now(), lambda: str(uuid4())),
            complete=True,
        )
    return city


async def measure(database: Database, rounds: int) -> dict[str, float]:
    city = await fill(database)
    async with database.transaction() as tx:
        token = await add_portal_session(tx, city.persons[Role.OPERATOR_CATALOGUER].id, utc_now())
    services = Services(
        database=database,
        profile=load_city_profile(),
        now=utc_now,
        new_id=lambda: str(uuid4()),
        secret_box=AesGcmBox(bytes(32)),
        spending=endless_budgets(),
    )
    transport = httpx2.ASGITransport(create_app(services))
    found: dict[str, float] = {}
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://city", cookies={COOKIE: token}
    ) as client:
        for name, (path, queries) in ASKED.items():
            taken: list[float] = []
            for query in queries * rounds:
                start = time.perf_counter()
                answer = await client.get(path, params=query)
                taken.append((time.perf_counter() - start) * 1000)
                answer.raise_for_status()
            found[f"{name}_p95_ms"] = round(percentile(taken, 0.95), 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 8 if parser.parse_args().quick else 50
    with tempfile.TemporaryDirectory(prefix="pinegate-bench-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder) / "postgresql") as server:
            urls = server.urls()
            migrate(urls.owner, APP_ROLE)

            async def run() -> dict[str, float]:
                database = Database(urls.app)
                try:
                    return await measure(database, rounds)
                finally:
                    await database.close()

            figure("catalogue", points=POINTS, **asyncio.run(run()))


if __name__ == "__main__":
    main()
