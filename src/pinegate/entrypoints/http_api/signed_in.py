"""Who is asking: the cookie's session, read anew for every request, so that ending it works at once."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from sqlalchemy import Row, select, update

from pinegate.adapters.database.tables import accounts, organizations, persons, portal_sessions
from pinegate.domain.organizations.parties import Actor, PersonnelState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.problems import ProblemError
from pinegate.entrypoints.services import Services

COOKIE = "pinegate_session"
REQUEST_HEADER = "x-pinegate-request"
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=12)
_TOUCH_EVERY = timedelta(seconds=30)
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_SHUT_OUT = frozenset({PersonnelState.ACCOUNT_LOCKED, PersonnelState.REMOVED})


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request to the portal's API."""

    actor: Actor
    session_id: str
    login: str
    client_host: str


def services_of(request: Request) -> Services:
    """The adapters that ``create_app`` was given."""
    return cast(Services, request.app.state.services)


def client_host_of(request: Request) -> str:
    return request.client.host if request.client else ""


def token_digest(token: str) -> bytes:
    """Only digests of session tokens are stored: a stolen database opens no session."""
    return hashlib.sha256(token.encode()).digest()


def _refuse_foreign_sites(request: Request) -> None:
    # CSRF: another site can neither set this header nor send our Origin.
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get(REQUEST_HEADER) != "1":
        raise ProblemError("csrf", f"send the header {REQUEST_HEADER}: 1")
    origin = request.headers.get("origin")
    if origin is not None and origin.split("://", 1)[-1] != request.headers.get("host"):
        raise ProblemError("csrf", "the Origin is not this portal's")


async def signed_in(request: Request, services: Annotated[Services, Depends(services_of)]) -> SignedIn:
    """The dependency of every route that is not for anonymous callers.

    Raises:
        ProblemError: ``not_signed_in`` without a running session; ``csrf`` for a foreign site's request.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise ProblemError("not_signed_in")
    _refuse_foreign_sites(request)
    now = services.now()
    query = (
        select(
            portal_sessions.c.id.label("session_id"),
            portal_sessions.c.last_seen_at,
            portal_sessions.c.created_at,
            portal_sessions.c.ended_at,
            accounts.c.login,
            accounts.c.withdrawn_at,
            persons.c.id.label("person_id"),
            persons.c.name,
            persons.c.roles,
            persons.c.state,
            organizations.c.id.label("organization_id"),
            organizations.c.kind,
            organizations.c.standing,
        )
        .join(persons, persons.c.id == portal_sessions.c.person_id)
        .join(accounts, accounts.c.person_id == persons.c.id)
        .join(organizations, organizations.c.id == persons.c.organization_id)
        .where(portal_sessions.c.token_digest == token_digest(token))
    )
    async with services.database.transaction() as tx:
        row = (await tx.connection.execute(query)).one_or_none()
        if row is None or row.ended_at is not None or row.withdrawn_at is not None:
            raise ProblemError("not_signed_in")
        if now - row.last_seen_at > IDLE_LIMIT or now - row.created_at > ABSOLUTE_LIMIT:
            raise ProblemError("not_signed_in", "the session ran out")
        if PersonnelState(row.state) in _SHUT_OUT or row.standing != Standing.ACTIVE:
            raise ProblemError("not_signed_in", "the account is not active")
        if now - row.last_seen_at > _TOUCH_EVERY:
            touch = update(portal_sessions).where(portal_sessions.c.id == row.session_id)
            await tx.connection.execute(touch.values(last_seen_at=now))
    return SignedIn(_actor(row), row.session_id, row.login, client_host_of(request))


def _actor(row: Row[*tuple[Any, ...]]) -> Actor:
    return Actor(
        person_id=row.person_id,
        organization_id=row.organization_id,
        organization_kind=OrganizationKind(row.kind),
        roles=frozenset(Role(role) for role in row.roles),
        name=row.name,
    )


CurrentUser = Annotated[SignedIn, Depends(signed_in)]
CurrentServices = Annotated[Services, Depends(services_of)]
