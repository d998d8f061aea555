"""GB/T 28181: the platform's side of it, and who writes down what devices say."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pinegate.adapters.clock import utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.adapters.reference import divisions
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.usecases.identity.ports import SecretBox


@dataclass(frozen=True, slots=True)
class Signalling:
    server: Gb28181Server
    recorder: Recorder


def signalling(settings: Settings, database: Database, box: SecretBox) -> Signalling:
    """Not listening yet: first the sources are there that devices may feed."""
    recorder = Recorder(database, divisions(), utc_now, new_id)
    accounts = DeviceAccounts(database, box)
    return Signalling(Gb28181Server(settings.sip_id, settings.sip_domain, accounts, recorder), recorder)


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
