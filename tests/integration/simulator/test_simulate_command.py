"""``pinegate simulate`` as a process of its own."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.integration.simulator.loopback_platform import PASSWORD, Platform, running_platform
from tests.processes import END_WITH_US
from tests.waiting import HANGS_SECONDS

from pinegate.protocols.gb28181.upper.events import (
    CatalogCompleted,
    DeviceOffline,
    DeviceRegistered,
    OfflineReason,
)

SOURCE = Path(__file__).parents[3] / "src"


@asynccontextmanager
async def running_command(
    *arguments: str, typed: bool = False
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US,
        sys.executable,
        "-m",
        "pinegate.entrypoints.cli",
        "simulate",
        "--log-json",
        *arguments,
        env={**os.environ, "PYTHONPATH": str(SOURCE), "PINEGATE_SIMULATOR_PASSWORD": PASSWORD},
        stdin=asyncio.subprocess.PIPE if typed else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def small(platform: Platform, cache: Path) -> list[str]:
    picture = ["--size", "160x90", "--fps", "5", "--loop", "2"]
    return ["--server", f"127.0.0.1:{platform.port}", "--cache-dir", str(cache), "--cameras", "3", *picture]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_registers_answers_and_logs_off_when_told_to_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with running_platform() as platform, running_command(*small(platform, tmp_path)) as process:
        registered = await platform.wait_for(DeviceRegistered)
        platform.tell(lambda now: platform.core.query_catalog(registered.device_id, now))
        assert len((await platform.wait_for(CatalogCompleted)).items) == 3
        process.send_signal(number)
        assert (await platform.wait_for(DeviceOffline)).reason is OfflineReason.UNREGISTERED
        _, logged = await asyncio.wait_for(process.communicate(), HANGS_SECONDS)
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in logged.decode().splitlines()]
    assert events[-1] == "device_registered"
    assert PASSWORD not in logged.decode()
    assert len(list(tmp_path.glob("*.clip"))) == 3


async def test_commands_may_be_typed(tmp_path: Path) -> None:
    async with running_platform() as platform:
        arguments = [*small(platform, tmp_path), "--script", "-", "--no-prepare"]
        async with running_command(*arguments, typed=True) as process:
            await platform.wait_for(DeviceRegistered)
            _, logged = await asyncio.wait_for(process.communicate(b"nonsense\noff 1\nquit\n"), HANGS_SECONDS)
    events = {line["event"]: line for line in map(json.loads, logged.decode().splitlines())}
    assert "unknown command" in events["command_refused"]["reason"]
    assert events["catalogue_changed"]["change"] == "OFF"
    assert process.returncode == 0


async def test_a_script_begins_after_registration_and_can_end_the_simulator(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text("off 1  # a comment\n\nadd 新的摄像机\nquit\n")
    async with running_platform() as platform:
        arguments = [*small(platform, tmp_path), "--script", str(script), "--no-prepare"]
        async with running_command(*arguments) as process:
            _, logged = await asyncio.wait_for(process.communicate(), HANGS_SECONDS)
    events = [json.loads(line)["event"] for line in logged.decode().splitlines()]
    assert events == ["device_registered", *["catalogue_changed"] * 2, "camera_added"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--server", "nowhere"], "HOST:PORT"),
        (["--id", "12"], "20 digits"),
        (["--size", "big"], "WIDTHxHEIGHT"),
        (["--inventory", "none.json"], "cannot be read"),
        (["--password-file", "none"], "No such file"),
        (["--script", "none"], "cannot be read"),
        (["--loss", "101%"], "0% to 100%"),
        (["--delay", "soon"], "0ms to 10000ms"),
    ],
)
async def test_a_wrong_option_is_refused_with_what_to_mend(arguments: list[str], told: str) -> None:
    async with running_command(*arguments) as process:
        _, error = await asyncio.wait_for(process.communicate(), HANGS_SECONDS)
    assert process.returncode == 2
    assert told in " ".join(error.decode().replace("│", " ").split())
