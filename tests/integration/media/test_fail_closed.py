"""No process of ours outlives the one that answers for it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from tests.integration.media.conftest import City
from tests.processes import END_WITH_US
from tests.waiting import until

from pinegate.adapters.confined.helper import python_environment

CONTROL = """
import asyncio
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor

async def main():
    engine = MediaSupervisor(MediaSettings(rtp_ports=(33000, 33099)), None)
    await engine.start()
    print(engine.worker_pids[0], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_a_worker_ends_when_control_is_killed() -> None:
    control = await asyncio.create_subprocess_exec(
        *END_WITH_US, sys.executable, "-c", CONTROL, stdout=asyncio.subprocess.PIPE, env=python_environment()
    )
    assert control.stdout is not None
    worker = int(await control.stdout.readline())
    assert _alive(worker)
    control.kill()
    await control.wait()
    await until(lambda: not _alive(worker))


async def test_a_codec_helper_ends_when_its_worker_is_killed(city: City) -> None:
    await city.playing()
    await city.engine.snapshot("camera")
    worker = city.engine.worker_pids[0]
    assert worker is not None
    children = Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    assert children
    os.kill(worker, signal.SIGKILL)
    await until(lambda: not any(_alive(int(child)) for child in children))
    await until(lambda: city.engine.worker_pids[0])


async def test_a_worker_keeps_no_secret_of_controls_environment(city: City) -> None:
    worker = city.engine.worker_pids[0]
    names = {
        line.split(b"=")[0] for line in Path(f"/proc/{worker}/environ").read_bytes().split(b"\0") if line
    }
    assert names <= {b"PYTHONPATH", b"PATH", b"LC_ALL"}
