"""The control process of ``hostile_edge.py``: PostgreSQL, the portal behind its edge, uploads, SIP with two devices.

Prints one JSON line once it serves; answers each line with the CPU time (ms) of the longest stall of its event loop
since the last; ends with its standard input.
"""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import structlog
from tests.factories.organizations import add_city, add_portal_session

from _signalling_city import City, worst_stall
from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.documents.upload import ScanStore
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import APP_ROLE, EmbeddedPostgres
from pinegate.adapters.settings import Settings
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_server.server import edge_server, listening_socket
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.entrypoints.services import Services
from pinegate.usecases.documents.ports import MAX_UPLOAD_BYTES

DEVICES = 4


async def serve(folder: Path, url: str) -> None:
    database = Database(url)
    async with database.transaction() as tx:
        city = await add_city(tx)
        clerk = await add_portal_session(tx, city.persons[Role.UNIT_CLERK].id, utc_now())
    scans = ScanStore(folder / "scans", MAX_UPLOAD_BYTES)
    services = Services(
        database=database,
        now=utc_now,
        profile=load_city_profile(),
        new_id=lambda: str(uuid4()),
        secret_box=AesGcmBox(bytes(32)),
        scans=scans,
    )
    signalling = City(database)
    await signalling.add_devices(DEVICES)
    sip_port = await signalling.server.start("127.0.0.1", 0)
    server = edge_server(create_app(services), Settings(data_folder=folder))
    with listening_socket("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        serving = asyncio.create_task(server.serve([sock]))
        while not server.started:
            await asyncio.sleep(0.01)
        shorten_collector_pauses()
        stalls = asyncio.create_task(worst_stall())
        about = {
            "port": port,
            "sip_port": sip_port,
            "pid": os.getpid(),
            "clerk": clerk,
            "system": city.system,
        }
        print(json.dumps(about), flush=True)
        while await asyncio.to_thread(
            sys.stdin.readline
        ):  # each line asks for the worst stall since the last one
            stalls.cancel()
            print(json.dumps((await stalls)[1]), flush=True)
            stalls = asyncio.create_task(worst_stall())
        server.end()
        await serving
    await signalling.server.stop()
    await scans.close()
    await database.close()


def main() -> None:
    raise_descriptor_limit()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # run by root, the server has an account of its own
        with EmbeddedPostgres(folder / "postgresql") as server:
            urls = server.urls()
            migrate(urls.owner, APP_ROLE)
            asyncio.run(serve(folder, urls.app))


if __name__ == "__main__":
    main()
