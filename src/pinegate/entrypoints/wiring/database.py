"""The database, our own server or the one that the settings name."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import structlog

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.database.server_address import role_of
from pinegate.adapters.postgres_server.embedded_postgres import (
    APP_ROLE,
    EmbeddedPostgres,
    EmbeddedPostgresError,
)
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring.kept_running import kept_running

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0


@contextlib.asynccontextmanager
async def prepared_database(settings: Settings) -> AsyncGenerator[Database, None]:
    """The database, started if it is the embedded one, migrated, and reached as the application's role."""
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None or settings.database_owner_url is None:
            server = EmbeddedPostgres(settings.database_folder)
            urls = await asyncio.to_thread(server.start)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            await stack.enter_async_context(kept_running(lambda: _restart_whenever_ended(server)))
            owner, app, role = urls.owner, urls.app, APP_ROLE
        else:
            owner = settings.database_owner_url.get_secret_value()
            app = settings.database_url.get_secret_value()
            role = role_of(app)
        await asyncio.to_thread(migrate, owner, role, settings.retention_days)
        database = Database(app)
        stack.push_async_callback(database.close)
        yield database


async def _restart_whenever_ended(server: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if server.is_running:
            continue
        try:
            await asyncio.to_thread(server.restart_if_ended)
            _log.warning("embedded_postgres_restarted")
        except (EmbeddedPostgresError, OSError) as error:
            _log.error("embedded_postgres_not_restarted", error=str(error))
