"""What holds before any route is known: headers on every answer, the portal's own names, bodies of bounded size."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import AnyHttpUrl
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.database.connection import Database
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import REQUEST_HEADER
from pinegate.entrypoints.services import Services
from pinegate.entrypoints.wiring.origins import portal_hosts

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def ask(
    app: FastAPI, method: str, path: str, host: str = "portal.test", **rest: Any
) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 1), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        return await client.request(method, path, **rest)


def _falls_over() -> float:
    raise RuntimeError("canary-of-a-fault")


async def _endless() -> AsyncGenerator[bytes, None]:
    while True:
        yield b"x" * 65_536


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/assets/nothing", 404),
        ("/api/health", 200),
        ("/api/nothing", 404),
        ("/api/applications", 401),
        ("/access/v1/points", 401),
    ],
)
async def test_every_answer_carries_the_secured_application(
    services: Services, tmp_path: Path, path: str, status: int
) -> None:
    (tmp_path / "index.html").write_text("x", encoding="utf-8")
    answer = await ask(create_app(services, portal=tmp_path), "GET", path)
    assert answer.status_code == status
    _carries_them(answer)


def _carries_them(answer: httpx2.Response) -> None:
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "script-src 'self';" in policy
    if answer.request.url.path.startswith(("/api/", "/access/")):
        assert answer.headers["cache-control"] == "no-store"


async def test_a_fault_of_ours_carries_them_too_and_tells_nothing(services: Services) -> None:
    broken = replace(services, monotonic=_falls_over)
    answer = await ask(
        create_app(broken), "POST", "/api/session", json={"login": "x"}, headers={REQUEST_HEADER: "1"}
    )
    assert answer.status_code == 500
    assert "canary" not in answer.text
    _carries_them(answer)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/session"),
        ("PATCH", "/api/points/documents"),
        ("PATCH", "/api/applications/documents"),
        ("POST", "/api/applications/x/withdraw"),
        ("POST", "/access/v1/points/x/play"),
        ("POST", "/access/v1/points/documents/play"),
        ("PUT", "/api/applications/x/documents"),
    ],
)
async def test_nobody_makes_us_read_a_large_body(services: Services, method: str, path: str) -> None:
    read = 0

    async def body() -> AsyncGenerator[bytes, None]:
        nonlocal read
        async for chunk in _endless():
            read += len(chunk)
            assert read < 3 << 20, "still reading"
            yield chunk

    answer = await ask(
        create_app(services), method, path, content=body(), headers={"content-type": "application/json"}
    )
    assert answer.status_code in {401, 404, 405, 413}
    assert read <= 2 << 20
    _carries_them(answer)


async def test_a_stranger_s_upload_is_refused_unread(services: Services) -> None:
    async def body() -> AsyncGenerator[bytes, None]:
        async for chunk in _endless():
            raise AssertionError("read before anybody was known")
            yield chunk

    answer = await ask(
        create_app(services),
        "POST",
        "/api/applications/x/documents",
        content=body(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 401


async def test_a_body_nested_without_end_is_refused(services: Services) -> None:
    for deep in (b"[" * 500_000, b'{"a":' * 150_000, b'{"login":' + b"9" * 5_000 + b"}"):
        answer = await ask(
            create_app(services),
            "POST",
            "/api/session",
            content=deep,
            headers={"content-type": "application/json", REQUEST_HEADER: "1"},
        )
        assert answer.status_code in {400, 422}


async def _status(app: FastAPI, host: str) -> int:
    return (await ask(app, "GET", "/api/session/options", headers={"host": host})).status_code


async def test_a_name_that_is_not_the_portal_s_gets_no_answer(services: Services) -> None:
    """DNS rebinding: a page of ``evil.test`` that resolves to 127.0.0.1 sends its own name."""
    app = create_app(replace(services, demonstration=True), hosts=portal_hosts(Settings()))
    for own in ("127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "127.0.0.1"):
        assert await _status(app, own) == 200, own
    for foreign in (
        "evil.test",
        "evil.test:8080",
        "127.0.0.1.evil.test",
        "localhost.",
        "localhost@evil.test",
        "127.0.0.1:8080:80",
        "[::2]:8080",
        "",
    ):
        assert await _status(app, foreign) == 421, foreign


def test_the_portal_s_names_follow_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    public = Settings(http_host="10.1.2.3", public_url=AnyHttpUrl("https://video.example.gov.cn/"))
    assert portal_hosts(public) == {"10.1.2.3", "video.example.gov.cn"}
    assert portal_hosts(Settings(http_host="0.0.0.0")) == frozenset()
    assert "[::1]" in portal_hosts(Settings(http_host="::1"))


async def test_an_error_of_the_database_does_not_tell_the_values(database: Database) -> None:
    with pytest.raises(SQLAlchemyError) as caught:
        async with database.transaction() as tx:
            await tx.connection.execute(text("select 1 / 0, cast(:secret as text)"), {"secret": "canary"})
    assert "canary" not in str(caught.value)
