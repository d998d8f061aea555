"""What anybody may ask: is all well?"""

from dataclasses import replace
from pathlib import Path

import httpx2

from pinegate.adapters.disk_space import DiskSpace
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.services import Services


async def test_health_says_that_the_disk_is_short(services: Services, tmp_path: Path) -> None:
    for reserve, disk in ((0, "ok"), (1 << 62, "short")):
        app = create_app(replace(services, disk=DiskSpace(tmp_path, reserve)))
        async with httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app), base_url="http://portal.test"
        ) as client:
            health = (await client.get("/api/health")).json()
        assert (health["status"], health["disk"], health["database"]) == ("degraded", disk, "ok")
