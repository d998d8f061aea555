"""Settings in, a running city out, everything stopped again in reverse."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from pinegate.adapters.city_profile.load import load_city_profile
from pinegate.adapters.identity.secret_box import AesGcmBox
from pinegate.adapters.secret_files import read_or_create
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.services import Services
from pinegate.entrypoints.wiring.api import application, city_services, kept_scans
from pinegate.entrypoints.wiring.database import prepared_database
from pinegate.entrypoints.wiring.leading import candidacy
from pinegate.entrypoints.wiring.media import running_workers, watched_over
from pinegate.entrypoints.wiring.signalling import Signalling, listening, signalling


@dataclass(frozen=True, slots=True)
class City:
    """What runs: the application to be served, and what the demonstration builds on."""

    app: FastAPI
    services: Services
    settings: Settings
    sip_port: int
    signalling: Signalling


@contextlib.asynccontextmanager
async def running_city(
    settings: Settings,
    *,
    portal: Path | None = None,
    demonstration: bool = False,
    any_sip_port: bool = False,
    standby: bool = False,
) -> AsyncGenerator[City, None]:
    """Start database, media workers and signalling, in this order; stop them in reverse.

    ``standby``: wait for as long as another process is control of this database.

    ``any_sip_port``: take a free port when the configured one is taken (the demonstration only).

    Raises:
        CityProfileError: the city's profile cannot be used.
        AnotherLeadsError: another process is control.
    """
    profile = load_city_profile(settings.city_profile)
    settings.create_data_folder()
    async with contextlib.AsyncExitStack() as stack:
        candidate = stack.enter_context(candidacy(settings, standby=standby))
        prepared = await stack.enter_async_context(prepared_database(settings, candidate))
        database = prepared.database
        box = AesGcmBox(read_or_create(settings.secrets_folder, "secret-box"))
        async with database.transaction() as tx:
            await tx.devices.nobody_is_online()
        sip = signalling(settings, profile, database, box)
        media = await stack.enter_async_context(running_workers(settings, database, sip))
        prepared.leading.tell(media.engine)
        port = await stack.enter_async_context(listening(sip.server, settings, any_port=any_sip_port))
        await stack.enter_async_context(watched_over(media))
        scans = await stack.enter_async_context(kept_scans(settings, database))
        services = city_services(
            settings, profile, database, box, media, sip.server, scans, demonstration=demonstration
        )
        app = await stack.enter_async_context(application(settings, services, media, portal))
        yield City(app, services, settings, port, sip)
