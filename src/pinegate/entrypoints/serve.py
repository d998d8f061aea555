"""The program: everything of one city, served until it is told to stop."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Generator, Sequence
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from pinegate.adapters.settings import Settings
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.entrypoints.wiring.city import running_city

PORTAL = Path(__file__).resolve().parents[3] / "portal" / "dist"
_DRAIN_SECONDS = 3
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def portal_folder() -> Path | None:
    """The built portal: beside the sources, or inside the installed package."""
    packaged = Path(__file__).resolve().parents[1] / "portal"
    return next((folder for folder in (PORTAL, packaged) if (folder / "index.html").is_file()), None)


def configure_logging(settings: Settings) -> None:
    """Structured lines on stderr; never tokens, passwords or pictures (nothing hands them over)."""
    renderer = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.log_level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING)


class _Server(uvicorn.Server):
    """Leaves the signals to us: uvicorn would raise them anew after its end, in the middle of our own stopping."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self.should_exit = True


async def serve_application(app: FastAPI, host: str, port: int, trusted_proxies: Sequence[str] = ()) -> None:
    """HTTP until SIGINT or SIGTERM; running requests get a few seconds to end.

    Raises:
        OSError: the port is taken.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=2_000,
    )
    await _Server(config).serve()


async def serve(settings: Settings) -> None:
    """Run the city that the settings describe."""
    raise_descriptor_limit()
    async with running_city(settings, portal=portal_folder()) as city:
        shorten_collector_pauses()
        structlog.get_logger().info(
            "pinegate_serves", http=f"{settings.http_host}:{settings.http_port}", sip_port=city.sip_port
        )
        await serve_application(city.app, settings.http_host, settings.http_port, settings.trusted_proxies)
