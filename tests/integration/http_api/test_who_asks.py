"""Every request to the API is asked who makes it, so the question is a short one."""

import asyncio
from typing import Any

import anyio.to_thread
import pytest
from tests.integration.conftest import ClientAs

from pinegate.adapters.database.bounded_connection import BoundedConnection
from pinegate.domain.organizations.roles import Role

INCOMPLETE = {
    "point_id": "p",
    "system_id": "s",
    "reason": "巡查",
    "command": "preset_call",
}
"""Refused once it is known who asks, before anything else is looked up."""


class RoundTrips:
    """Counts how often the program waits for the database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        original = BoundedConnection.wait

        async def counted(connection: Any, *arguments: Any, **named: Any) -> Any:
            self.count += 1
            return await original(connection, *arguments, **named)

        monkeypatch.setattr(BoundedConnection, "wait", counted)


async def test_who_asks_is_one_round_trip_and_no_thread(
    client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await client_as(Role.UNIT_LEADER)
    assert (await client.post("/api/ptz", json=INCOMPLETE)).status_code == 422  # connected, prepared

    async def no_thread(*_: Any, **__: Any) -> Any:
        raise AssertionError("a thread for a question that the event loop answers")

    monkeypatch.setattr(anyio.to_thread, "run_sync", no_thread)
    trips = RoundTrips(monkeypatch)
    assert (await client.post("/api/ptz", json=INCOMPLETE)).status_code == 422
    assert trips.count == 1


async def test_those_who_ask_at_once_are_each_told_apart(client_as: ClientAs) -> None:
    clients = [await client_as(role) for role in Role]
    answers = await asyncio.gather(*(client.get("/api/session") for client in clients for _ in range(3)))
    roles = [answer.json()["roles"] for answer in answers]
    assert roles == [[role.value] for role in Role for _ in range(3)]


async def test_a_session_that_was_ended_is_gone_for_the_next_request_of_everybody_with_it(
    client_as: ClientAs,
) -> None:
    stays, leaves = await client_as(Role.UNIT_LEADER), await client_as(Role.UNIT_VIEWER)
    assert (await leaves.delete("/api/session")).status_code == 204
    answers = await asyncio.gather(*(client.get("/api/session") for client in (stays, leaves, stays, leaves)))
    assert [answer.status_code for answer in answers] == [200, 401, 200, 401]
