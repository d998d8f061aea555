"""Deny by default (S01, S05, S12): what a caller without a session, or from another site, gets on every route."""

import re
from collections.abc import Iterator

import httpx2
from fastapi.routing import APIRoute
from tests.integration.conftest import ClientAs

from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import ROUTERS

PUBLIC = {
    ("GET", "/api/health"),
    ("GET", "/api/session/options"),
    ("POST", "/api/session"),
    ("POST", "/api/enrolment"),
}


def _routes() -> Iterator[tuple[str, str]]:
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    yield method, route.path


ROUTES = sorted(set(_routes()) - PUBLIC)


def _filled(path: str) -> str:
    return re.sub(r"\{event\}", "submit", re.sub(r"\{\w*_?(?:id|key)(?::\w+)?\}", "x", path))


def test_the_public_routes_are_as_few_as_we_say() -> None:
    assert set(_routes()) >= PUBLIC
    assert len(ROUTES) > 50


async def test_an_anonymous_caller_gets_nothing(anonymous: httpx2.AsyncClient) -> None:
    for method, path in ROUTES:
        answer = await anonymous.request(method, _filled(path))
        assert answer.status_code == 401, (method, path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_another_site_s_request_is_refused_on_every_route_that_changes(client_as: ClientAs) -> None:
    client = await client_as(Role.UNIT_CLERK)
    changing = [(m, p) for m, p in ROUTES if m not in {"GET", "HEAD"} and p.startswith("/api/")]
    for method, path in changing:
        foreign = await client.request(method, _filled(path), headers={"origin": "http://evil.test"})
        assert (foreign.status_code, foreign.json()["code"]) == (403, "csrf"), path
        bare = await client.request(method, _filled(path), headers={"x-pinegate-request": "0"})
        assert (bare.status_code, bare.json()["code"]) == (403, "csrf"), path


async def test_odd_spellings_of_a_path_open_nothing(anonymous: httpx2.AsyncClient) -> None:
    for path in (
        "/api/applications;.js",
        "/api//applications",
        "/API/applications",
        "/api/%61pplications",
        "/api/health/../applications",
        "/api/health%2f..%2fapplications",
        "/api/applications/",
        "/api/health;/../applications",
    ):
        answer = await anonymous.get(path)
        assert answer.status_code in {401, 404, 307}, path
        if answer.status_code == 307:
            assert (await anonymous.get(answer.headers["location"])).status_code == 401
