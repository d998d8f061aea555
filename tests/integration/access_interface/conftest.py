"""A unit's program with a key pair, and the routes it calls."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from sqlalchemy import text
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import fresh_id
from tests.integration.access.conftest import Live, Watching, build_live, watching
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.streams.snapshots import Snapshots
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.services import Services
from pinegate.usecases.access_interface.signing import (
    Algorithm,
    SignedRequest,
    canonical_request,
    signature,
)

__all__ = ["watching"]

HOST = "127.0.0.1"


@dataclass
class Program:
    """A unit's program with its key pair."""

    client: httpx2.AsyncClient
    clock: Clock
    access_key: str
    secret_key: str
    end_user: str
    algorithm: Algorithm = Algorithm.SHA256

    async def ask(
        self, method: str, path: str, query: str = "", body: bytes = b"", **tampered: Any
    ) -> httpx2.Response:
        """``tampered``: what is sent instead of what was signed."""
        reason = quote("占道经营巡查", safe="")
        timestamp = tampered.get("timestamp", int(self.clock().timestamp()))
        nonce = tampered.get("nonce", fresh_id())
        signed = SignedRequest(method, path, query, body, self.end_user, reason)
        canonical = canonical_request(self.algorithm, signed, timestamp, nonce)
        made = signature(self.algorithm, self.secret_key, canonical)
        header = (
            f"{self.algorithm} access_key={self.access_key}, timestamp={timestamp}, "
            f"nonce={nonce}, signature={tampered.get('signature', made)}"
        )
        headers = {
            "Authorization": header,
            "X-Pinegate-End-User": tampered.get("end_user", self.end_user),
            "X-Pinegate-Reason": tampered.get("reason", reason),
            "Content-Type": "application/json",
        }
        url = tampered.get("sent_path", path) + (f"?{query}" if query else "")
        return await self.client.request(
            method, url, content=tampered.get("sent_body", body), headers=headers
        )


@pytest.fixture
def services(database: Database, clock: Clock) -> Services:
    return Services(
        database=database,
        profile=HUANGSHAN,
        now=clock,
        new_id=fresh_id,
        secret_box=AesGcmBox(bytes(range(32))),
    )


@pytest.fixture
def live(services: Services) -> Live:
    return build_live(services)


@pytest.fixture
def full_services(services: Services, live: Live) -> Services:
    return replace(
        services,
        media=live.media,
        signalling=live.signalling,
        snapshots=Snapshots(live.media, live.sources),
        reevaluator=live.reevaluator,
    )


async def issue(client_as: ClientAs, watching: Watching, **form: Any) -> dict[str, str]:
    provisioner = await client_as(Role.OPERATOR_PROVISIONER)
    answer = await provisioner.post(f"/api/systems/{watching.city.system}/credentials", json=form)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def open_order(watching: Watching, database: Database) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(text("update work_orders set state = 'open'"))


@pytest.fixture
async def program(
    client_as: ClientAs, watching: Watching, open_order: None, full_services: Services, clock: Clock
) -> Program:
    keys = await issue(client_as, watching)
    transport = httpx2.ASGITransport(app=create_app(full_services), client=(HOST, 1))
    client = httpx2.AsyncClient(transport=transport, base_url="http://pinegate.test")
    return Program(client, clock, keys["access_key"], keys["secret_key"], watching.viewer.staff_number)
