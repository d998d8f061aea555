"""The control process of ``opens.py``: PostgreSQL, HTTP, media workers, one camera, viewers with their sessions.

Prints one JSON line (``host``, ``port``, ``requests``) once it serves, and ends with its standard input.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import uvicorn
from sqlalchemy import text
from tests.factories.organizations import add_person, add_portal_session, add_to_roster

from _access_city import AccessCity
from _endless_budgets import endless_budgets
from _gate import Gate, gate
from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.clock import utc_now
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.postgres_server.embedded_postgres import EmbeddedPostgres
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.entrypoints.services import Services

VIEWERS = 200


async def viewers(running: Gate) -> list[str]:
    """Session tokens of so many viewers of the first system."""
    city = running.city.city
    async with running.owner.transaction() as tx:
        people = [
            await add_person(tx, city.unit, OrganizationKind.USING_UNIT, Role.UNIT_VIEWER)
            for _ in range(VIEWERS)
        ]
        for person in people:
            await add_to_roster(tx, city.system, person.id)
        await tx.connection.execute(
            text(
                "insert into acknowledgements (agreement_id, person_id, text_version, signature_name, acknowledged_at)"
                " select k.agreement_id, p.id, k.text_version, p.name, now()"
                " from (select distinct agreement_id, text_version from acknowledgements) k, persons p"
                " where p.id = any(:people)"
            ),
            {"people": [person.id for person in people]},
        )
        return [await add_portal_session(tx, person.id, utc_now()) for person in people]


def play_requests(city: AccessCity, tokens: list[str], port: int, points: int = 1) -> list[str]:
    """Whole HTTP requests, one a viewer."""
    requests: list[str] = []
    for number, token in enumerate(tokens):
        body = json.dumps(
            {
                "point_id": city.points[number % points],
                "system_id": city.city.system,
                "protocol": "flv",
                "reason": "benchmark",
            }
        )
        requests.append(
            f"POST /api/play HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {COOKIE}={token}\r\n"
            f"{REQUEST_HEADER}: 1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
    return requests


async def serve(owner_url: str, url: str) -> None:
    async with gate(owner_url, url, points=2000) as running:
        tokens = await viewers(running)
        services = Services(
            database=running.database,
            now=utc_now,
            profile=load_city_profile(),
            new_id=lambda: str(uuid4()),
            secret_box=AesGcmBox(bytes(32)),
            media=running.media,
            spending=endless_budgets(),
        )
        config = uvicorn.Config(
            create_app(services), port=0, log_config=None, access_log=False, server_header=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        shorten_collector_pauses()  # as `pinegate serve` does once it has started
        about = {"host": "127.0.0.1", "port": port, "requests": play_requests(running.city, tokens, port)}
        print(json.dumps(about), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.should_exit = True
        await serving


def main() -> None:
    raise_descriptor_limit()
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with EmbeddedPostgres(folder) as server:
            urls = server.urls()
            asyncio.run(serve(urls.owner, urls.app))


if __name__ == "__main__":
    main()
