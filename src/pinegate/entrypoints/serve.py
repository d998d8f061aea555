"""The program: everything of one city, served until it is told to stop."""

import logging
import sys
from pathlib import Path

import structlog

from pinegate.adapters.settings import Settings
from pinegate.entrypoints.http_server.server import serve_application
from pinegate.entrypoints.process import raise_descriptor_limit, shorten_collector_pauses
from pinegate.entrypoints.wiring.city import running_city

PORTAL = Path(__file__).resolve().parents[3] / "portal" / "dist"
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


async def serve(settings: Settings, *, standby: bool = False) -> None:
    """Run the city that the settings describe; ``standby``: as soon as nobody else does."""
    raise_descriptor_limit()
    async with running_city(settings, portal=portal_folder(), standby=standby) as city:
        shorten_collector_pauses()
        structlog.get_logger().info(
            "pinegate_serves", http=f"{settings.http_host}:{settings.http_port}", sip_port=city.sip_port
        )
        await serve_application(city.app, settings)
