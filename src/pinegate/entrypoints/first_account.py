"""The first account of a new city, from the machine itself: whoever holds the data folder holds the city."""

import secrets

from pinegate.adapters.clock import utc_now
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring import new_id, prepared_database
from pinegate.usecases.act import Act
from pinegate.usecases.organizations.found_city import CityFoundedError, found_city

__all__ = ["CityFoundedError", "found_first_account"]


async def found_first_account(settings: Settings, bureau: str, administrator: str, login: str) -> str:
    """The random password of the new security administrator. Raises :class:`CityFoundedError`."""
    settings.create_data_folder()
    password = secrets.token_urlsafe(15)
    digest = await Argon2Passwords().hash(password)
    async with prepared_database(settings) as database, database.transaction() as tx:
        await found_city(tx, bureau, administrator, login, digest, Act(None, utc_now(), new_id))
    return password
