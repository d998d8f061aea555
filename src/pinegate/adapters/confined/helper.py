"""The asking side: a process that takes hostile content apart and may crash without harm (`serving` is its own side).

It is started on first need, answers one request after the other, and is killed when it takes too long.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import pinegate

MAX_ANSWER = 256 << 20
MAX_WAITING = 64
"""Requests that may queue; above it new ones fail at once."""


class HelperError(Exception):
    """The helper could not do it."""


class HelperRefusedError(HelperError):
    """The helper looked at the content and refused it; the text is what it said."""


def python_environment() -> dict[str, str]:
    """The environment of our child processes: where this package is, and nothing else, no secrets above
    all.
    """
    return {
        "PYTHONPATH": str(Path(pinegate.__file__).parents[1]),
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
    }


class Helper:
    """Requests to one process that runs ``module``; ``starts`` counts how often it had to be started."""

    def __init__(self, module: str, *, time_limit_seconds: float, max_waiting: int = MAX_WAITING) -> None:
        self.starts = 0
        self._module = module
        self._name = module.rpartition(".")[2]
        self._time_limit_seconds = time_limit_seconds
        self._max_waiting = max_waiting
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._waiting = 0

    @property
    def busy(self) -> bool:
        """Whether one more request would fail at once."""
        return self._waiting >= self._max_waiting

    async def request(self, request: dict[str, str | int], payload: bytes) -> bytes:
        """One exchange with the helper. Raises :class:`HelperError`."""
        if self.busy:
            raise HelperError(f"{self._name} has too much to do: try again later")
        self._waiting += 1
        try:
            async with self._turn, asyncio.timeout(self._time_limit_seconds):
                return await self._exchange(request, payload)
        except (OSError, asyncio.IncompleteReadError) as error:  # TimeoutError is an OSError
            await self.close()
            why = "took too long" if isinstance(error, TimeoutError) else "crashed"
            raise HelperError(f"{self._name} {why}; it is restarted on the next request") from None
        except asyncio.CancelledError:
            await self.close()  # a half-done exchange would give its answer to the next request
            raise
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _exchange(self, request: dict[str, str | int], payload: bytes) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self.starts += 1
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=python_environment(),
            )
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise HelperError(f"{self._name} has no pipes")
        process.stdin.write(block(json.dumps(request).encode()) + block(payload))
        await process.stdin.drain()
        status = await process.stdout.readexactly(1)
        length = int.from_bytes(await process.stdout.readexactly(4), "big")
        if length > MAX_ANSWER:
            raise ConnectionError("an answer beyond the limit")
        answer = await process.stdout.readexactly(length)
        if status != b"+":
            raise HelperRefusedError(answer.decode("utf-8", "replace"))
        return answer


def block(data: bytes) -> bytes:
    """Bytes with their length before them (4 bytes, big-endian)."""
    return len(data).to_bytes(4, "big") + data
