"""The upper platform under load, in a process of its own: PostgreSQL, recorder, and devices that may register.

Started with the number of devices; prints ``{"port"}``, then answers JSON lines on stdin:
``"drained"`` when all that was learned is committed, with what the database says; a device code asks that
device for its catalogue and answers when it is committed.
"""

import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import structlog
from sqlalchemy import func, select

from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.database.tables import audit_events, camera_points, devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.usecases.devices.step import password_context

PLATFORM_ID = "34100000002000000001"
PASSWORD = "Hs-Video@2020-long"
BOX = AesGcmBox(bytes(32))


def device_code(number: int) -> str:
    return f"34100200002000{number:06d}"


class City:
    """One signalling server and its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.recorder = Recorder(database, load_city_profile(), utc_now, lambda: str(uuid4()))
        accounts = DeviceAccounts(database, BOX)
        self.server = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], accounts, self.recorder)

    async def add_devices(self, count: int) -> None:
        rows = [
            {
                "id": code,
                "device_code": code,
                "name": code,
                "password_encrypted": BOX.seal(PASSWORD.encode(), password_context(code)),
            }
            for code in map(device_code, range(count))
        ]
        async with self._database.transaction() as tx:
            await tx.connection.execute(devices.insert(), rows)

    async def written(self) -> dict[str, int]:
        """Wait for the recorder, then count."""
        await self.recorder.drained()
        async with self._database.transaction() as tx:
            online = select(func.count()).where(devices.c.online)
            audited = select(func.count()).where(audit_events.c.name == "devices.device_registered")
            points = select(func.count()).select_from(camera_points)
            return {
                "online": (await tx.connection.execute(online)).scalar_one(),
                "audited": (await tx.connection.execute(audited)).scalar_one(),
                "points": (await tx.connection.execute(points)).scalar_one(),
                "dropped": self.recorder.dropped,
            }

    async def catalogue(self, code: str) -> dict[str, float | str]:
        await self._answered(code)  # the query that the platform made by itself
        stalls = asyncio.create_task(worst_stall())
        self.server.query_catalogue(code)
        await self._answered(code)
        written = await self.written()
        stalls.cancel()
        state = self.server.catalogue_progress(code).state
        worst, worst_cpu = await stalls
        return {"state": state, "worst_stall_ms": worst, "worst_stall_cpu_ms": worst_cpu, **written}

    async def _answered(self, code: str) -> None:
        while self.server.catalogue_progress(code).state == "running":
            await asyncio.sleep(0.01)


async def worst_stall() -> tuple[float, float]:
    """Milliseconds that the event loop let others wait, at worst, by the clock and by its thread's own CPU time
    (which leaves out what other programs took of the machine); ends by cancellation.
    """
    loop, worst, worst_cpu = asyncio.get_running_loop(), 0.0, 0.0
    try:
        while True:
            began, cpu = loop.time(), time.thread_time()
            await asyncio.sleep(0.005)
            worst = max(worst, loop.time() - began - 0.005)
            worst_cpu = max(worst_cpu, time.thread_time() - cpu)
    except asyncio.CancelledError:
        return round(worst * 1000, 1), round(worst_cpu * 1000, 1)


async def serve(url: str, count: int) -> None:
    loop = asyncio.get_running_loop()
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    city = City(Database(url))
    await city.add_devices(count)
    port = await city.server.start("127.0.0.1", 0)
    shorten_collector_pauses()
    print(json.dumps({"port": port}), flush=True)
    while line := await orders.readline():
        order = json.loads(line)
        answer = await (city.written() if order == "drained" else city.catalogue(order))
        print(json.dumps(answer), flush=True)
    await city.server.stop()


def main() -> None:
    raise_descriptor_limit()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory(prefix="pinegate-bench-") as folder:
        Path(folder).chmod(0o711)  # run by root, the server has an account of its own
        with EmbeddedPostgres(Path(folder) / "postgresql") as server:
            urls = server.urls()
            migrate(urls.owner, APP_ROLE)
            asyncio.run(serve(urls.app, int(sys.argv[1])))


if __name__ == "__main__":
    main()
