"""What HTTP serves, and what happens by date beside it."""

import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import structlog
from fastapi import FastAPI

from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.upload import ScanStore
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.settings import Settings
from pinegate.adapters.streams.snapshots import Snapshots
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.organizations.second_factor import SecondFactorRule
from pinegate.entrypoints.http_api.app import create_app
from pinegate.entrypoints.scheduler import run_scheduler
from pinegate.entrypoints.services import Services
from pinegate.entrypoints.spent_budgets import run_spent_budgets
from pinegate.entrypoints.wiring.kept_running import kept_running
from pinegate.entrypoints.wiring.media import Media
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.entrypoints.wiring.origins import media_origins, portal_hosts
from pinegate.usecases.access.spending import Spending

_log = structlog.get_logger(__name__)
_ORPHAN_SECONDS = 3600.0


def city_services(
    settings: Settings,
    profile: CityProfile,
    database: Database,
    box: AesGcmBox,
    media: Media,
    signalling: Gb28181Server,
    scans: ScanStore,
    *,
    demonstration: bool,
) -> Services:
    return Services(
        database=database,
        profile=profile,
        now=utc_now,
        new_id=new_id,
        secret_box=box,
        demonstration=demonstration,
        secure_cookies=settings.public_url is not None and settings.public_url.scheme == "https",
        media=media.engine,
        signalling=signalling,
        snapshots=Snapshots(media.engine, media.sources),
        reevaluator=media.reevaluator,
        end_listeners=media.end_listeners,
        device_signalling=signalling,
        scans=scans,
        disk=_disk_space(settings),
        deadlines=settings.deadlines,
        second_factor=SecondFactorRule() if demonstration else settings.second_factor,
        spending=Spending(settings.budgets),
        upload_quota=settings.upload_quota,
        enrolment_lifetime=timedelta(hours=settings.enrolment_hours),
    )


@contextlib.asynccontextmanager
async def application(
    settings: Settings, services: Services, media: Media, portal: Path | None
) -> AsyncGenerator[FastAPI, None]:
    """The application to be served, with the scheduler beside it."""
    async with (
        kept_running(lambda: run_scheduler(services)),
        kept_running(lambda: run_spent_budgets(services)),
    ):
        yield create_app(
            services,
            media_origins=media_origins(media.engine.play_bases),
            portal=portal,
            hosts=portal_hosts(settings),
        )


@contextlib.asynccontextmanager
async def kept_scans(settings: Settings, database: Database) -> AsyncGenerator[ScanStore, None]:
    """The uploads, without those that no document names: a program was killed after writing the file and before its
    transaction.
    """
    scans = ScanStore(settings.uploads_folder, settings.upload_max_bytes, _disk_space(settings))
    try:
        async with database.transaction() as tx:
            known = await tx.documents.ids()
        removed = await scans.delete_orphans(known, older_than=utc_now().timestamp() - _ORPHAN_SECONDS)
        if removed:
            _log.warning("scans_without_documents_removed", count=removed)
        yield scans
    finally:
        await scans.close()


def _disk_space(settings: Settings) -> DiskSpace:
    return DiskSpace(settings.data_folder, settings.disk_reserve_bytes)
