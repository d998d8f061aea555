"""Canaries: passwords, tokens, tickets and keys pass through; no table, log line or other answer keeps them."""

from dataclasses import replace

import httpx2
import structlog
from pyotp.totp import TOTP
from sqlalchemy import text, update
from tests.integration.access.conftest import Live, Watching
from tests.integration.access_interface.conftest import Program
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.tables import accounts, metadata
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER
from pinegate.entrypoints.services import Services
from pinegate.usecases.streams.media_engine import PlayProtocol

PASSWORD = "canary 5b1f password of the viewer"
WRONG = "canary 77aa password typed wrongly"


async def test_secrets_are_in_no_table_no_log_and_no_other_answer(
    client_as: ClientAs,
    watching: Watching,
    program: Program,
    full_services: Services,
    live: Live,
    clock: Clock,
) -> None:
    with structlog.testing.capture_logs() as logs:
        secrets = await pass_secrets_through(watching, program, full_services, live, clock)
        auditor, bureau = await client_as(Role.AUDIT_ADMIN), await client_as(Role.BUREAU_APPROVER)
        answers = [
            (await auditor.get("/api/audit", params={"page_size": 500})).text,
            (await bureau.get("/api/access-register")).text,
            (await bureau.get(f"/api/systems/{watching.city.system}/credentials")).text,
        ]
    stored = await everything_stored(live)
    for name, secret in secrets.items():
        for place, texts in {"table": stored, "log": [str(logs)], "answer": answers}.items():
            for spelled in (secret, secret.encode().hex()):
                assert not any(spelled in found for found in texts), f"{name} stands in a {place}"


async def pass_secrets_through(
    watching: Watching, program: Program, full_services: Services, live: Live, clock: Clock
) -> dict[str, str]:
    hasher = Argon2Passwords(memory_kib=64, passes=1)
    services = replace(full_services, passwords=hasher)
    async with live.database.transaction() as tx:
        own = accounts.c.person_id == watching.viewer.id
        await tx.connection.execute(
            update(accounts).where(own).values(password_hash=await hasher.hash(PASSWORD))
        )
    transport = httpx2.ASGITransport(app=create_app(services), client=("127.0.0.1", 1))
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://portal.test", headers={REQUEST_HEADER: "1"}
    ) as client:
        login = {"login": watching.viewer.login, "password": WRONG}
        assert (await client.post("/api/session", json=login)).status_code == 401
        signed_in = await client.post("/api/session", json={**login, "password": PASSWORD})
        assert signed_in.status_code == 200
        totp = TOTP((await client.post("/api/session/totp", json={})).json()["secret"])
        await client.post("/api/session/totp/confirm", json={"code": totp.at(clock())})
        play = (await client.post("/api/play", json=watching.form())).json()
        token = client.cookies[COOKIE]
    ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
    await live.media_events.redeem_ticket(ticket, PlayProtocol.MP4, "127.0.0.1")
    await program.ask("POST", f"/access/v1/points/{watching.points[0]}/play", body=b"{}")
    return {
        "password": PASSWORD,
        "wrong password": WRONG,
        "one-time secret": totp.secret,
        "session token": token,
        "ticket": ticket,
        "interface secret": program.secret_key,
    }


async def everything_stored(live: Live) -> list[str]:
    found: list[str] = []
    async with live.database.transaction() as tx:
        for table in metadata.sorted_tables:
            rows = await tx.connection.execute(text(f'select (t.*)::text from "{table.name}" t'))
            found.extend(rows.scalars())
        lines = await tx.connection.execute(text("select convert_from(canonical, 'UTF8') from audit_events"))
        found.extend(lines.scalars())
    assert len(found) > 50
    return found
