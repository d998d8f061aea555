"""GB/T 28181: the platform's side of it, and who writes down what devices say."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.settings import Settings
from pinegate.domain.city_profile import CityProfile
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.usecases.identity.ports import SecretBox


@dataclass(frozen=True, slots=True)
class Signalling:
    """``id``: our own 20 digits; ``domain``: ten."""

    id: str
    domain: str
    server: Gb28181Server
    recorder: Recorder


def signalling(settings: Settings, profile: CityProfile, database: Database, box: SecretBox) -> Signalling:
    """Not listening yet: first the sources are there that devices may feed."""
    sip_id = settings.sip_id or profile.sip_id
    domain = settings.sip_domain or sip_id[:10]
    most_items = settings.max_catalogue_items
    recorder = Recorder(database, profile, utc_now, new_id, most_waiting=2 * most_items)
    server = Gb28181Server(
        sip_id,
        domain,
        DeviceAccounts(database, box),
        recorder,
        max_devices=settings.max_devices,
        max_catalogue_items=most_items,
    )
    return Signalling(sip_id, domain, server, recorder)


@contextlib.asynccontextmanager
async def listening(
    server: Gb28181Server, settings: Settings, *, any_port: bool
) -> AsyncGenerator[int, None]:
    """The SIP port; ``any_port``: a free one when the configured one is taken."""
    try:
        port = await server.start(settings.sip_host, settings.sip_port)
    except OSError:
        if not any_port:
            raise
        port = await server.start(settings.sip_host, 0)
    try:
        yield port
    finally:
        await server.stop()
