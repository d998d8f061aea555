"""The router, route by route: an anonymous caller gets a 401 everywhere but on the four routes that are open."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi.routing import APIRoute

from pinegate.entrypoints.http_api.app import ROUTERS, create_app
from pinegate.entrypoints.http_api.shared.signed_in import REQUEST_HEADER
from pinegate.entrypoints.services import Services

OPEN = {
    ("GET", "/api/health"),
    ("GET", "/api/session/options"),
    ("POST", "/api/session"),
    ("POST", "/api/enrolment"),
}
"""Beside the portal's files, which are no routes."""

ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)
CLOSED = [route for route in ROUTES if route not in OPEN]


@pytest.fixture
async def stranger(services: Services) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=create_app(services), client=("192.0.2.1", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://portal.test") as client:
        yield client


def concrete(path: str) -> str:
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + "some-id" + rest.partition("}")[2]
    return path


def test_the_open_routes_are_the_known_ones() -> None:
    assert set(ROUTES) >= OPEN
    assert len(CLOSED) > 60


async def test_each_closed_route_answers_an_anonymous_caller_with_401(stranger: httpx2.AsyncClient) -> None:
    wrong: list[str] = []
    for method, path in CLOSED:
        for headers in ({}, {REQUEST_HEADER: "1"}, {"Cookie": "pinegate_session=guess", REQUEST_HEADER: "1"}):
            answer = await stranger.request(method, concrete(path), headers=headers, content=b"{}")
            if answer.status_code != 401:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "twist",
    [
        "/{path}",
        "//{path}",
        "/{path}/",
        "/{path};.js",
        "/{path};a=b",
        "/{path}%2f",
        "/{path}%00",
        "/{path}.json",
        "/{path}.js",
        "/./{path}",
        "/assets/../{path}",
        "/assets/%2e%2e/{path}",
        "/assets/..;/{path}",
        "/api/health/../../{path}",
        "/api/health;/../../{path}",
        "/api/health%2f..%2f..%2f{path}",
        "/{PATH}",
        "/{path}?x=/api/health",
        "/\\{path}",
        "/%61pi/../{path}",
    ],
)
async def test_no_spelling_of_a_path_gets_round_the_check(stranger: httpx2.AsyncClient, twist: str) -> None:
    wrong: list[str] = []
    for method, path in CLOSED:
        bare = concrete(path).lstrip("/")
        spelled = twist.replace("{path}", bare).replace("{PATH}", bare.upper())
        answer = await stranger.request(method, spelled, headers={REQUEST_HEADER: "1"}, content=b"{}")
        if answer.status_code not in (401, 404, 405, 307):
            wrong.append(f"{method} {spelled}: {answer.status_code}")
    assert wrong == []


async def test_errors_are_problem_documents_and_tell_nothing_of_our_insides(
    stranger: httpx2.AsyncClient,
) -> None:
    for path in ("/api/nothing", "/api/session", "/access/v1/points"):
        answer = await stranger.get(path)
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "code", "detail"}
        assert "Traceback" not in answer.text
