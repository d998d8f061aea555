"""The example client against a real server, as a unit's programmer would run it."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from tests.integration.access.conftest import Watching
from tests.integration.access_interface.conftest import Program
from tests.integration.conftest import Clock
from tests.processes import END_WITH_US
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.clock import utc_now
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.services import Services

CLIENT = Path(__file__).parents[3] / "examples/access_interface_client.py"


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = utc_now()
    return clock


@pytest.fixture
async def server(full_services: Services) -> AsyncIterator[str]:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(full_services), log_config=None, lifespan="off"))
    serving = asyncio.create_task(running.serve([sock]))
    yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    running.should_exit = True
    await serving


async def run(server: str, program: Program, *words: str, **environment: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US,
        sys.executable,
        str(CLIENT),
        *words,
        env={
            "PATH": os.environ["PATH"],
            "PINEGATE_URL": server,
            "PINEGATE_ACCESS_KEY": program.access_key,
            "PINEGATE_SECRET_KEY": program.secret_key,
            "PINEGATE_END_USER": program.end_user,
            "PINEGATE_REASON": "占道经营巡查",
            **environment,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(HANGS_SECONDS):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_it_lists_points_and_takes_a_play_address(
    server: str, program: Program, watching: Watching
) -> None:
    status, out, err = await run(server, program, "points")
    assert status == 0, err
    assert {line.split()[0] for line in out.splitlines()} == set(watching.points)
    status, out, err = await run(server, program, "play", watching.points[0])
    assert status == 0, err
    assert out.strip().endswith(".flv")


async def test_it_says_why_it_was_refused(server: str, program: Program, watching: Watching) -> None:
    leader = watching.city.persons[Role.UNIT_LEADER].staff_number
    status, _, err = await run(server, program, "play", watching.points[0], PINEGATE_END_USER=leader)
    assert status == 1 and "403 not_on_roster" in err
    status, _, err = await run(server, program, "points", PINEGATE_REASON=" ")
    assert status == 1 and "422 invalid_input" in err and "X-Pinegate-Reason" in err
