"""Work that goes on for as long as the city runs."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine

import structlog

_log = structlog.get_logger(__name__)
_START_AGAIN_SECONDS = 1.0


@contextlib.asynccontextmanager
async def kept_running(work: Callable[[], Coroutine[None, None, None]]) -> AsyncGenerator[None, None]:
    """Run ``work`` beside the body. A fault of ours in one part must neither stop it for good nor go unseen."""
    task = asyncio.create_task(_again_and_again(work))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _again_and_again(work: Callable[[], Coroutine[None, None, None]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            _log.exception("part_failed_and_restarted")
        await asyncio.sleep(_START_AGAIN_SECONDS)
