"""The only place that builds adapters: settings in, a running city out, everything stopped again in reverse."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from fastapi import FastAPI

from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.clock import monotonic_seconds, utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.migrate import migrate
from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.upload import ScanStore
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.postgres_server.embedded_postgres import (
    APP_ROLE,
    EmbeddedPostgres,
    EmbeddedPostgresError,
)
from pinegate.adapters.reference import divisions
from pinegate.adapters.secret_files import read_or_create
from pinegate.adapters.settings import Settings
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.snapshots import Snapshots
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.http_api.shared.signed_in import ABSOLUTE_LIMIT, IDLE_LIMIT
from pinegate.entrypoints.scheduler import run_scheduler
from pinegate.entrypoints.services import Services

_log = structlog.get_logger()
_START_AGAIN_SECONDS = 1.0
_ORPHAN_SECONDS = 3600.0
_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class City:
    """What runs: the application to be served, and what the demonstration builds on."""

    app: FastAPI
    services: Services
    settings: Settings
    sip_port: int
    signalling: Gb28181Server
    recorder: Recorder


def new_id() -> str:
    return str(uuid4())


@contextlib.asynccontextmanager
async def prepared_database(settings: Settings) -> AsyncGenerator[Database, None]:
    """The database, started if it is the embedded one, migrated, and reached as the application's role."""
    async with contextlib.AsyncExitStack() as stack:
        if settings.database_url is None or settings.database_owner_url is None:
            server = EmbeddedPostgres(settings.database_folder)
            urls = await asyncio.to_thread(server.start)
            stack.push_async_callback(asyncio.to_thread, server.stop)
            stack.push_async_callback(_cancelled, asyncio.create_task(_keep_running(server)))
            owner, app, role = urls.owner, urls.app, APP_ROLE
        else:
            owner = settings.database_owner_url.get_secret_value()
            app = settings.database_url.get_secret_value()
            role = urlsplit(app).username or ""
        await asyncio.to_thread(migrate, owner, role)
        database = Database(app)
        stack.push_async_callback(database.close)
        yield database


async def _keep_running(server: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(_START_AGAIN_SECONDS)
        if server.is_running:
            continue
        try:
            await asyncio.to_thread(server.restart_if_ended)
            _log.warning("the embedded PostgreSQL had ended and was started again")
        except (EmbeddedPostgresError, OSError) as error:
            _log.error("the embedded PostgreSQL cannot be started again yet", error=str(error))


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def portal_origins(settings: Settings) -> tuple[str, ...]:
    """The web origins from which pictures may be read. On the loopback its names mean the same."""
    if settings.public_url is not None:
        return (str(settings.public_url).rstrip("/"),)
    if settings.http_host in ("127.0.0.1", "::1"):
        return tuple(f"http://{name}:{settings.http_port}" for name in _LOOPBACK_NAMES)
    return (f"http://{settings.http_host}:{settings.http_port}",)


def portal_hosts(settings: Settings) -> frozenset[str]:
    """The names that a browser may ask for; empty, any: where nobody said the name and every address is listened on."""
    address = ip_address(settings.http_host)
    if settings.public_url is None and address.is_unspecified:
        return frozenset()
    names = {f"[{address}]" if address.version == 6 else str(address)}
    if settings.public_url is not None and settings.public_url.host:
        names.add(settings.public_url.host)
    return frozenset(names.union(_LOOPBACK_NAMES) if address.is_loopback else names)


def media_settings(settings: Settings) -> MediaSettings:
    """The media workers' part of the settings."""
    return MediaSettings(
        workers=settings.worker_count,
        http_bind_host=settings.media_host,
        http_base_port=settings.media_http_port,
        rtp_bind_host=settings.media_host,
        rtp_host=settings.media_host,
        rtp_ports=(settings.rtp_port_first, settings.rtp_port_last),
        portal_origins=portal_origins(settings),
        play_bases=tuple(str(url) for url in settings.media_public_urls),
        trusted_proxies=settings.trusted_proxies,
    )


def media_origins(play_bases: list[str]) -> list[str]:
    """What the portal's ``connect-src`` allows: each worker's origin by HTTP and by WebSocket."""
    origins = dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(base)) for base in play_bases)
    return [address for origin in origins for address in (origin, "ws" + origin.removeprefix("http"))]


@contextlib.asynccontextmanager
async def running_city(
    settings: Settings, *, portal: Path | None = None, demonstration: bool = False, any_sip_port: bool = False
) -> AsyncGenerator[City, None]:
    """Start database, media workers and signalling, in this order; stop them in reverse.

    ``any_sip_port``: take a free port when the configured one is taken (the demonstration only).
    """
    settings.create_data_folder()
    space = DiskSpace(settings.data_folder, settings.disk_reserve_bytes)
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(prepared_database(settings))
        box = AesGcmBox(read_or_create(settings.secrets_folder, "secret-box"))
        async with database.transaction() as tx:
            await tx.devices.nobody_is_online()

        events = SessionEndListeners()
        ends = SessionEndWriter(database, events, utc_now, new_id)
        media_events = MediaEventHandler(database, ends, utc_now, monotonic_seconds, new_id)
        media = MediaSupervisor(media_settings(settings), media_events)
        recorder = Recorder(database, divisions(), utc_now, new_id)
        signalling = Gb28181Server(
            settings.sip_id, settings.sip_domain, DeviceAccounts(database, box), recorder
        )
        sources = SourceRunner(media, signalling, database, monotonic_seconds, sip_domain=settings.sip_domain)
        reevaluator = Reevaluator(
            database,
            media,
            ends,
            utc_now,
            monotonic_seconds,
            idle_limit=IDLE_LIMIT,
            longest_session=ABSOLUTE_LIMIT,
        )
        media_events.serve(sources)
        signalling.streams = sources
        scans = ScanStore(settings.uploads_folder, settings.upload_max_bytes, space)
        await _remove_orphans(scans, database)
        services = Services(
            database=database,
            now=utc_now,
            new_id=new_id,
            secret_box=box,
            demonstration=demonstration,
            secure_cookies=settings.public_url is not None and settings.public_url.scheme == "https",
            media=media,
            signalling=signalling,
            snapshots=Snapshots(media, sources),
            reevaluator=reevaluator,
            end_listeners=events,
            device_signalling=signalling,
            scans=scans,
            disk=space,
            deadlines=settings.deadlines,
        )

        # Stopped in reverse: sources hang up while signalling still speaks; what is then still open is closed last.
        stack.push_async_callback(_cancelled, _started(ends.run))
        stack.push_async_callback(reevaluator.begin)
        await media.start()
        stack.push_async_callback(media.stop)
        sip_port = await _listen(signalling, settings, any_port=any_sip_port)
        stack.push_async_callback(signalling.stop)
        await reevaluator.begin()
        for work in (reevaluator.run, sources.run, lambda: run_scheduler(services)):
            stack.push_async_callback(_cancelled, _started(work))
        app = create_app(
            services,
            media_origins=media_origins(media.play_bases),
            portal=portal,
            hosts=portal_hosts(settings),
        )
        yield City(app, services, settings, sip_port, signalling, recorder)


def _started(work: Callable[[], Coroutine[None, None, None]]) -> asyncio.Task[None]:
    return asyncio.create_task(_kept_running(work))


async def _kept_running(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """A fault of ours in one part must neither stop it for good nor go unseen."""
    while True:
        try:
            await work()
        except Exception:
            _log.exception("a part of the city failed and is started again")
        await asyncio.sleep(_START_AGAIN_SECONDS)


async def _remove_orphans(scans: ScanStore, database: Database) -> None:
    """Scans that no document names: a program was killed after writing the file and before its transaction."""
    async with database.transaction() as tx:
        known = await tx.documents.ids()
    removed = await asyncio.to_thread(
        scans.delete_orphans, known, older_than=utc_now().timestamp() - _ORPHAN_SECONDS
    )
    if removed:
        _log.warning("scans_without_documents_removed", count=removed)


async def _listen(signalling: Gb28181Server, settings: Settings, *, any_port: bool) -> int:
    try:
        return await signalling.start(settings.sip_host, settings.sip_port)
    except OSError:
        if not any_port:
            raise
        return await signalling.start(settings.sip_host, 0)
