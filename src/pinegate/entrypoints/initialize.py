"""The first account of a new city, from the machine itself: whoever holds the data folder holds the city."""

import secrets

from pinegate.adapters.clock import utc_now
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring.database import prepared_database
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.initialize_city import AlreadyInitializedError, initialize_city

__all__ = ["AlreadyInitializedError", "initialize"]


async def initialize(settings: Settings, bureau: str, administrator: str, login: str) -> str:
    """The random password of the new security administrator. Raises :class:`AlreadyInitializedError`."""
    settings.create_data_folder()
    password = secrets.token_urlsafe(15)
    digest = await Argon2Passwords().hash(password)
    async with prepared_database(settings) as database, database.transaction() as tx:
        await initialize_city(tx, bureau, administrator, login, digest, Act(None, utc_now(), new_id))
    return password
