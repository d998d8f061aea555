"""How long lists let people wait in a city of a million points, ten million register rows and 100,000 applications.

Through the HTTP API, who-asks included, in this process. Keys ``*_p95_ms``: ``list``, ``search`` (a rare word),
``code``, ``common`` (a word of half a percent to a fifth of all points), ``map``, ``workbench``, ``applications``, and
``register_unit``, ``register_person``, ``register_point``, ``register_time``; ``*_cpu_ms``: what PostgreSQL and this
process spent on one answer. ``--quick``: 100,000 points and a million rows.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import httpx2

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from tests.factories.organizations import City, add_city, add_portal_session

from _endless_budgets import endless_budgets
from _large_city import RARE, fill
from _measure import figure, percentile
from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE
from pinegate.entrypoints.services import Services

Asked = tuple[Role, str, list[dict[str, str]]]
_CATALOGUER, _BUREAU = Role.OPERATOR_CATALOGUER, Role.BUREAU_REVIEWER
ASKED: Mapping[str, Asked] = {
    "list": (
        _CATALOGUER,
        "/api/points",
        [{}, {"division": "341007"}, {"state": "pending_check"}, {"health": "offline"}, {"sort": "-name"}],
    ),
    "search": (_CATALOGUER, "/api/points", [{"q": RARE}, {"q": f"{RARE}老街"}, {"q": "长干路老街 1777"}]),
    "code": (_CATALOGUER, "/api/points", [{"q": "34100000000000077777"}, {"q": "341000000000000123"}]),
    "common": (_CATALOGUER, "/api/points", [{"q": "老街"}, {"q": "率水"}, {"q": "宏村"}, {"q": "戴震巷"}]),
    "tree": (_CATALOGUER, "/api/points/tree", [{}, {"state": "listed"}]),
    "map": (
        _CATALOGUER,
        "/api/points/map",
        [
            {"zoom": "9"},
            {"zoom": "11", "bbox": "118.0,29.5,118.7,29.9"},
            {"zoom": "13", "bbox": "118.2,29.6,118.4,29.7"},
            {"zoom": "15", "bbox": "118.30,29.64,118.34,29.66"},
        ],
    ),
    "workbench": (Role.POLICE_REVIEWER, "/api/workbench", [{}]),
    "applications": (_BUREAU, "/api/applications", [{}, {"state": "submitted"}, {"q": "单位17"}]),
    "grants": (_BUREAU, "/api/grants", [{}, {"system_id": "system-7"}]),
    "register_unit": (_BUREAU, "/api/access-register", [{"organization_id": f"unit-{n}"} for n in (3, 77)]),
    "register_person": (_BUREAU, "/api/access-register", [{"person": f"S{n}"} for n in (3, 777)]),
    "register_point": (_BUREAU, "/api/access-register", [{"point_id": "POINT"}]),
    "register_time": (
        _BUREAU,
        "/api/access-register",
        [{"to": "2025-06-01T00:00:00Z"}, {"from": "2025-06-01T00:00:00Z", "to": "2025-06-02T00:00:00Z"}],
    ),
}


async def measure(database: Database, city: City, rounds: int, cluster: int) -> dict[str, float]:
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
    async with httpx2.AsyncClient(transport=transport, base_url="http://city") as client:
        point = ""
        for name, (role, path, queries) in ASKED.items():
            async with database.transaction() as tx:
                token = await add_portal_session(tx, city.persons[role].id, utc_now())
            client.cookies.set(COOKIE, token)
            taken: list[float] = []
            spent = cpu_of(cluster)
            for query in queries * rounds:
                asked = {key: point if value == "POINT" else value for key, value in query.items()}
                start = time.perf_counter()
                answer = await client.get(path, params=asked)
                taken.append((time.perf_counter() - start) * 1000)
                answer.raise_for_status()
                if name.startswith("register") and not point:
                    point = answer.json()["items"][0]["point_id"]
            found[f"{name}_p95_ms"] = round(percentile(taken, 0.95), 1)
            found[f"{name}_cpu_ms"] = round((cpu_of(cluster) - spent) * 1000 / len(taken), 1)
    return found


def cpu_of(cluster: int) -> float:
    """CPU seconds so far, of this process and of the server processes of PostgreSQL whose first is ``cluster``."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = time.process_time()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == cluster:
                total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the points and rows")
    quick = parser.parse_args().quick
    points, rows = (100_000, 1_000_000) if quick else (1_000_000, 10_000_000)
    with tempfile.TemporaryDirectory(prefix="pinegate-bench-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder) / "postgresql") as server:
            urls = server.urls()
            migrate(urls.owner, APP_ROLE)
            cluster = int((Path(folder) / "postgresql/cluster/postmaster.pid").read_text().split()[0])

            async def run() -> dict[str, float]:
                database = Database(urls.app)
                try:
                    async with database.transaction() as tx:
                        city = await add_city(tx)
                    await asyncio.to_thread(fill, urls.owner, points, rows)
                    return await measure(database, city, 10, cluster)
                finally:
                    await database.close()

            figure("at_size", points=points, rows=rows, **asyncio.run(run()))


if __name__ == "__main__":
    main()
