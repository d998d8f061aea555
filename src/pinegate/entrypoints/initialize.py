"""What is done from the machine itself: the first persons of a city, and a new link for an administrator.

Whoever holds the data folder holds the city.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pinegate.adapters.clock import utc_now
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring.database import prepared_database
from pinegate.entrypoints.wiring.leading import candidacy
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.entrypoints.wiring.origins import portal_origins
from pinegate.usecases.act import Act
from pinegate.usecases.identity.open_enrolment import open_enrolment
from pinegate.usecases.identity.recover_administrator import recover_administrator
from pinegate.usecases.organizations.initialize_city import (
    AlreadyInitializedError,
    FirstAdministrator,
    initialize_city,
)

__all__ = ["AlreadyInitializedError", "FirstAdministrator", "initialize", "recover"]


@dataclass(frozen=True, slots=True)
class Link:
    """The address at which one person chooses the own password."""

    login: str
    address: str


async def initialize(
    settings: Settings, bureau: str, operator: str, administrators: Sequence[FirstAdministrator]
) -> list[Link]:
    """A link for each administrator. Raises :class:`AlreadyInitializedError`."""
    settings.create_data_folder()
    act = Act(None, utc_now(), new_id)
    links: list[Link] = []
    with candidacy(settings) as candidate:
        async with prepared_database(settings, candidate) as prepared, prepared.database.transaction() as tx:
            actors = await initialize_city(tx, bureau, operator, administrators, act)
            for first, actor in zip(administrators, actors, strict=True):
                link, digest = _new_link(settings, first.login)
                await open_enrolment(tx, actor.person_id, _lifetime(settings), act, link_digest=digest)
                links.append(link)
    return links


async def recover(settings: Settings, login: str) -> Link:
    """A new link for an administrator. Raises ``NotFoundError`` where ``login`` is none."""
    settings.create_data_folder()
    link, digest = _new_link(settings, login)
    async with prepared_database(settings) as prepared, prepared.database.transaction() as tx:
        await recover_administrator(tx, login, digest, _lifetime(settings), Act(None, utc_now(), new_id))
    return link


def _lifetime(settings: Settings) -> timedelta:
    return timedelta(hours=settings.enrolment_hours)


def _new_link(settings: Settings, login: str) -> tuple[Link, bytes]:
    secret = secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).digest()
    return Link(login, f"{portal_origins(settings)[0]}/#/enrol/{secret}"), digest
