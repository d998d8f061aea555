"""`pinegate simulate` as a process of its own, that can be stopped and started."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.e2e.city import ROOT
from tests.processes import END_WITH_US

_STOP_SECONDS = 15


class SimulatedDevice:
    """A recorder with two cameras. ``code``: its 20 digits; ``options``: further ones of `pinegate simulate`."""

    def __init__(self, code: str, *options: str) -> None:
        self.code = code
        self._options = options
        self.password = "password-of-a-simulated-device"

    @asynccontextmanager
    async def running(self, sip_port: int) -> AsyncGenerator[None, None]:
        """Registers with the city; unregisters on SIGINT."""
        command = ["--server", f"127.0.0.1:{sip_port}", "--server-id", "34100000002000000001"]
        command += ["--id", self.code, "--cameras", "2", "--no-prepare"]
        command += ["--cache-dir", str(ROOT / ".cache" / "clips"), *self._options]
        process = await asyncio.create_subprocess_exec(
            *END_WITH_US, sys.executable, "-m", "pinegate.entrypoints.cli", "simulate", *command,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PINEGATE_SIMULATOR_PASSWORD": self.password},
        )  # fmt: skip
        try:
            yield
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(_STOP_SECONDS):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
