"""The database, our own server or the one that the settings name."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

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
from pinegate.entrypoints.wiring.leading import Candidate, Leading, kept_term

_log = structlog.get_logger(__name__)
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """``leading``: our term of it, while it lasts."""

    database: Database
    leading: Leading


@contextlib.asynccontextmanager
async def prepared_database(
    settings: Settings, candidate: Candidate | None = None
) -> AsyncGenerator[Prepared, None]:
    """The database, started if it is the embedded one, migrated, and reached as the application's role.

    ``candidate``: who wants to be control, to serve or for one change, and waits or is refused before anything is
    changed; its term is kept from then on. None for what may be done beside a program that serves.

    Raises:
        AnotherLeadsError: another is control.
    """
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
        term = await candidate.take(app) if candidate is not None else None
        if candidate is not None and term is None:  # there are no tables
            await asyncio.to_thread(migrate, owner, role, settings.retention_days)
            term = await candidate.take(app)
        leading = await stack.enter_async_context(kept_term(app, term))
        await asyncio.to_thread(migrate, owner, role, settings.retention_days)
        database = Database(app, epoch=None if term is None else term.epoch)
        stack.push_async_callback(database.close)
        yield Prepared(database, leading)


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
