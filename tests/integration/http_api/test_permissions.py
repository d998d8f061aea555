"""Who may ask what: no route without a gate, no permission without a route, and every route asked as every role."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from tests.integration.conftest import ClientAs

from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import ROUTERS, create_app
from pinegate.entrypoints.http_api.shared.gate import (
    Dependency,
    Needs,
    NoGateError,
    gate_of,
    needs,
    signed_in_only,
)
from pinegate.entrypoints.services import Services

STREAM = "/api/play/events"
"""Answers as long as somebody listens; tests/integration/access reads it."""


def _routes() -> Iterator[APIRoute]:
    yield from (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute))


async def _nothing() -> None: ...


@pytest.mark.parametrize("gates", [[], [needs(Permission.READ_AUDIT), signed_in_only()]])
def test_a_route_that_does_not_say_who_may_ask_it_stops_the_app(
    services: Services, gates: list[Dependency]
) -> None:
    forgetful = APIRouter()
    forgetful.add_api_route("/api/forgotten", _nothing, dependencies=gates)
    with pytest.raises(NoGateError, match="/api/forgotten"):
        create_app(services, routers=[*ROUTERS, forgetful])


def test_every_permission_is_asked_by_a_route() -> None:
    asked: set[Permission | None] = set()
    for gate in map(gate_of, _routes()):
        if isinstance(gate, Needs):
            asked |= {gate.permission, gate.whole}
    assert asked - {None} == set(Permission)


def _asked() -> list[tuple[str, str, str]]:
    """Method, path and event of every route that asks for a session; signing out last."""
    found = [
        (method, route.path, event)
        for route in _routes()
        if route.path != STREAM
        for method in sorted(route.methods or ())
        for event in gate_of(route).roles()
    ]
    return sorted(found, key=lambda asked: asked[:2] == ("DELETE", "/api/session"))


def _filled(path: str, event: str) -> str:
    return re.sub(r"\{\w+\}", "none", path.replace("{event}", event))


async def _is_refused_for_the_role(client: httpx2.AsyncClient, method: str, path: str) -> bool:
    answer = await client.request(method, path, content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code != 401, path
    return answer.status_code == 403 and answer.json()["code"] == "role_may_not"


@pytest.mark.parametrize("role", Role)
async def test_each_role_passes_the_gates_that_the_table_says_and_no_other(
    client_as: ClientAs, role: Role
) -> None:
    client = await client_as(role)
    gates = {(method, route.path): gate_of(route) for route in _routes() for method in route.methods or ()}
    wrong: list[str] = []
    for method, path, event in _asked():
        gate = gates[method, path]
        if role in gate.lesser():
            continue  # who gets a part only may be refused by what they ask for
        refused = await _is_refused_for_the_role(client, method, _filled(path, event))
        if refused == (role in gate.roles()[event]):
            wrong.append(f"{method} {path} {event}: {'refused' if refused else 'let in'}")
    assert wrong == []
