"""Waiting for conditions, never for a while."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

Found = TypeVar("Found")

HANGS_SECONDS = 60.0
"""What takes as long hangs, however busy the machine is. No claim about speed: those live in ``benchmarks/``."""


async def until(
    condition: Callable[[], Awaitable[Found | None] | Found | None], seconds: float = HANGS_SECONDS
) -> Found:
    """Look at ``condition`` often until it holds, and answer its value. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while True:
            answer = condition()
            found = await answer if inspect.isawaitable(answer) else cast(Found | None, answer)
            if found:
                return found
            await asyncio.sleep(0.01)
