"""Control's side of one worker: the process, its channel, and its rebirth."""

import asyncio
import contextlib
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from pinegate.adapters.confined.helper import python_environment
from pinegate.adapters.media.channel import Channel, ChannelClosedError
from pinegate.adapters.media.messages import Answer, ChannelViolationError, Configure, Notice, Ready, Request
from pinegate.usecases.streams.media_engine import EngineUnavailableError

START_SECONDS = 15.0
STOP_SECONDS = 3.0
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
SETTLED_SECONDS = 30.0
"""A worker that lived so long is restarted at once; one that dies young waits twice as long each time."""

_log = structlog.get_logger(__name__)


class WorkerProcess:
    """One worker, kept running until :meth:`stop`.

    ``on_request`` answers the worker's requests; ``on_notice`` takes its notices and must not block;
    ``on_lost`` is called each time that the process died or its channel broke.
    """

    def __init__(
        self,
        configuration: Configure,
        on_request: Callable[[Request], Awaitable[Answer]],
        on_notice: Callable[[Notice], None],
        on_lost: Callable[[], None],
    ) -> None:
        self.http_port = configuration.http_port
        self.restarts = 0
        self._configuration = configuration
        self._on_request = on_request
        self._on_notice = on_notice
        self._on_lost = on_lost
        self._channel: Channel | None = None
        self._process: Process | None = None
        self._stopping = False
        self._ready = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The process that serves now; None while it is being restarted."""
        return self._process.pid if self._process is not None and self._ready.is_set() else None

    async def start(self) -> None:
        """Start the process and wait until it takes viewers. Raises :class:`EngineUnavailableError`."""
        self._running = asyncio.create_task(self._keep_running())
        await self._until_ready()

    async def stop(self) -> None:
        """End the process; its sessions end with it, and ``on_lost`` is not called."""
        self._stopping = True
        if self._running is not None:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running

    async def request(self, request: Request, timeout_seconds: float = 5.0) -> Answer:
        """Ask the worker, waiting for its restart if need be. Raises :class:`EngineUnavailableError`."""
        await self._until_ready()
        channel = self._channel
        if channel is None:
            raise EngineUnavailableError("the media worker has just died")
        try:
            return await channel.request(request, timeout_seconds)
        except ChannelClosedError as error:
            raise EngineUnavailableError(str(error)) from None

    def kill(self) -> None:
        """End a worker that does not obey; it is restarted."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._ready.wait()
        except TimeoutError:
            raise EngineUnavailableError(
                f"the media worker did not start within {START_SECONDS:g} s"
            ) from None

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._run_once()
            except (OSError, ChannelViolationError, EngineUnavailableError) as error:
                _log.error("media_worker_failed", error=str(error))
            self.restarts += 1
            if loop.time() - began >= SETTLED_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            _log.warning("media_worker_restarted", pause_seconds=pause, http_port=self.http_port)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run_once(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                process = await _spawn(theirs)
        except BaseException:
            ours.close()
            raise
        channel = await Channel.connect(ours, self._on_request, self._on_notice)
        try:
            serving = asyncio.create_task(channel.run())
            try:
                await self._configure(channel)
                self._process, self._channel = process, channel
                self._ready.set()
                await serving
            finally:
                serving.cancel()
        finally:
            was_ready = self._ready.is_set()
            self._ready.clear()
            self._channel = self._process = None
            channel.close()
            await _reap(process)
            if was_ready and not self._stopping:
                self._on_lost()

    async def _configure(self, channel: Channel) -> None:
        try:
            answer = await channel.request(self._configuration, START_SECONDS)
        except ChannelClosedError as error:
            raise EngineUnavailableError(str(error)) from None
        if not isinstance(answer, Ready):
            raise EngineUnavailableError(f"the media worker could not be configured: {answer}")
        self.http_port = answer.http_port
        # Play addresses are handed out before a stream runs: the port must survive a restart.
        self._configuration = replace(self._configuration, http_port=answer.http_port)


async def _spawn(end: socket.socket) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pinegate.entrypoints.media_worker",
        "--fd",
        str(end.fileno()),
        pass_fds=(end.fileno(),),
        stdin=DEVNULL,
        env=python_environment(),
        start_new_session=True,  # a Ctrl-C at the terminal is control's matter, which then closes the channel
    )


async def _reap(process: Process) -> None:
    """Wait for a worker whose channel is closed; it ends by itself, or is killed."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    except asyncio.CancelledError:
        process.kill()
        raise
