"""SIP stacks that we did not write register, keep alive and log off; ``make interop`` builds those to be compiled."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.integration.gb28181.conftest import Upper
from tests.integration.gb28181.lower_peer import DEVICE_ID, PASSWORD, PLATFORM_ID
from tests.processes import END_WITH_US
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database.tables import audit_events, devices

STACKS = Path(__file__).parent / "foreign_stacks"
DOMAIN = PLATFORM_ID[:10]


async def run(*command: str, folder: Path, environment: dict[str, str] | None = None) -> str:
    """What it prints; fails with that when it fails."""
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US,
        *command,
        cwd=folder,
        env=os.environ | (environment or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 5 * HANGS_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, output.decode(errors="replace")
    return output.decode(errors="replace")


async def audited(upper: Upper) -> Sequence[str]:
    await upper.recorder.drained()
    async with upper.database.transaction() as tx:
        return (await tx.connection.execute(select(audit_events.c.name))).scalars().all()


async def test_sipp_registers_and_keeps_alive(upper: Upper, tmp_path: Path) -> None:
    proof = f"[authentication username={DEVICE_ID} password={PASSWORD}]"
    fields = f"SEQUENTIAL\n{DEVICE_ID};{DOMAIN};{PLATFORM_ID};{proof}\n"
    (tmp_path / "device.csv").write_text(fields)
    scenario = ["-sf", str(STACKS / "sipp_device.xml"), "-inf", "device.csv", "-m", "1", "-nostdin"]
    at = ["-i", "127.0.0.1", "-timeout", f"{HANGS_SECONDS:g}s", "-timeout_error"]
    await run("sipp", f"127.0.0.1:{upper.port}", *scenario, *at, folder=tmp_path)
    assert "devices.device_registered" in await audited(upper)

    async def online() -> bool:
        async with upper.database.transaction() as tx:
            return bool((await tx.connection.execute(select(devices.c.online))).scalar_one())

    await until(online)


@pytest.mark.interop
@pytest.mark.timeout(600)
async def test_a_device_on_sofia_sip_registers_keeps_alive_and_logs_off(upper: Upper, tmp_path: Path) -> None:
    flags = (await run("pkg-config", "--cflags", "--libs", "sofia-sip-ua", folder=tmp_path)).split()
    await run(
        "cc", "-Wall", "-Werror", "-o", "device", str(STACKS / "sofia_device.c"), *flags, folder=tmp_path
    )
    platform, address = f"sip:{PLATFORM_ID}@127.0.0.1:{upper.port}", f"sip:{DEVICE_ID}@{DOMAIN}"
    said = await run("./device", platform, address, DEVICE_ID, DOMAIN, PASSWORD, folder=tmp_path)
    assert said.split("\n")[:3] == ["REGISTER 200", "MESSAGE 200", "UNREGISTER 200"]
    assert {"devices.device_registered", "devices.device_offline"} <= set(await audited(upper))


@pytest.mark.interop
@pytest.mark.timeout(600)
async def test_a_device_on_sipgo_registers_keeps_alive_and_logs_off(upper: Upper, tmp_path: Path) -> None:
    caches = {
        "GOPATH": str(tmp_path / "go"),
        "GOCACHE": str(tmp_path / "built"),
        "GOFLAGS": "-mod=readonly -modcacherw",
    }
    program = str(tmp_path / "device")
    await run("go", "build", "-o", program, ".", folder=STACKS / "sipgo_device", environment=caches)
    address = f"127.0.0.1:{upper.port}"
    printed = await run(program, address, PLATFORM_ID, DEVICE_ID, DOMAIN, PASSWORD, folder=tmp_path)
    said = [line for line in printed.split("\n") if line.startswith(("REGISTER", "MESSAGE"))]
    assert said == ["REGISTER 200", "MESSAGE 200", "REGISTER 200"]
    assert {"devices.device_registered", "devices.device_offline"} <= set(await audited(upper))
