"""Who is asking: the cookie's session, read anew for every request, so that ending it works at once."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Annotated, cast

from fastapi import Depends, Request

from pinegate.adapters.database.signed_in_sessions import SessionOfToken
from pinegate.domain.organizations.parties import SHUT_OUT, Actor, PersonState, Standing
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act

COOKIE = "pinegate_session"
REQUEST_HEADER = "x-pinegate-request"
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=12)
_TOUCH_EVERY = timedelta(seconds=30)
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_NOT_YET_BOUND = frozenset({PersonState.NOMINATED, PersonState.TRAINED})
_SESSION_ROUTES = "/api/session"
_DUTY_ROUTES = "/api/agreements/"
_WORKBENCH = "/api/workbench"
"""Where the person finds that there is something to acknowledge."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person behind a request to the portal's API."""

    actor: Actor
    session_id: str
    login: str
    client_host: str

    def may(self, permission: Permission) -> bool:
        """Whether the person holds ``permission``."""
        return permission.held_by(self.actor)


async def services_of(request: Request) -> Services:
    """The adapters that ``create_app`` was given. Not a plain function: those are run in a thread."""
    return cast(Services, request.app.state.services)


def plain_host(host: str) -> str:
    """``::ffff:10.0.0.1`` is ``10.0.0.1``: a ticket taken over one is redeemed over the other."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def client_host_of(request: Request) -> str:
    """The peer's address; behind a reverse proxy the server is told whose ``X-Forwarded-For`` to believe."""
    return plain_host(request.client.host) if request.client else ""


def token_digest(token: str) -> bytes:
    """Only digests of session tokens are stored: a stolen database opens no session."""
    return hashlib.sha256(token.encode()).digest()


def refuse_foreign_sites(request: Request, services: Services) -> None:
    """CSRF: another site can neither set our header nor send our Origin, whose scheme counts: what somebody on the way
    puts into an answer without TLS is another site than the portal with it.

    Raises:
        ProblemError: ``csrf``.
    """
    if request.method in _SAFE_METHODS:
        return
    if request.headers.get(REQUEST_HEADER) != "1":
        raise ProblemError("csrf", f"send the header {REQUEST_HEADER}: 1")
    origin = request.headers.get("origin")
    scheme = "https" if services.secure_cookies else request.url.scheme
    if origin is not None and origin != f"{scheme}://{request.headers.get('host')}":
        raise ProblemError("csrf", "the Origin is not this portal's")


async def signed_in(request: Request, services: Annotated[Services, Depends(services_of)]) -> SignedIn:
    """The dependency of every route that is not for anonymous callers.

    Raises:
        ProblemError: ``not_signed_in`` without a running session; ``csrf`` for a foreign site's request;
            ``second_factor_missing`` for who decides without one; ``forbidden`` before the duty is acknowledged.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise ProblemError("not_signed_in")
    refuse_foreign_sites(request, services)
    now = services.now()
    session = await services.sessions.of_token(token_digest(token))
    if session is None or session.ended_at is not None or session.withdrawn:
        raise ProblemError("not_signed_in")
    if now - session.last_seen_at > IDLE_LIMIT or now - session.created_at > ABSOLUTE_LIMIT:
        raise ProblemError("not_signed_in", "the session ran out")
    if session.state in SHUT_OUT or session.standing is not Standing.ACTIVE:
        raise ProblemError("not_signed_in", "the account is not active")
    if now - session.last_seen_at > _TOUCH_EVERY:
        await services.sessions.touch(session.session_id, now)
    asks = services.second_factor.asks(session.actor.roles, now)
    _refuse_before_ready(request.url.path, session, asks_second_factor=asks)
    return SignedIn(session.actor, session.session_id, session.login, client_host_of(request))


def _refuse_before_ready(path: str, session: SessionOfToken, *, asks_second_factor: bool) -> None:
    if path == _SESSION_ROUTES or path.startswith(_SESSION_ROUTES + "/"):
        return
    if asks_second_factor and not session.has_second_factor:
        raise ProblemError("second_factor_missing", "set up one-time codes first")
    only_watches = session.actor.roles == frozenset({Role.UNIT_VIEWER})
    # Annex 2 clause 2.3: reminded and bound first. Until then a viewer's account opens the duty's text and no more.
    if only_watches and session.state in _NOT_YET_BOUND and not path.startswith((_DUTY_ROUTES, _WORKBENCH)):
        raise ProblemError("forbidden", "acknowledge the duty of confidence first")


CurrentUser = Annotated[SignedIn, Depends(signed_in)]
CurrentServices = Annotated[Services, Depends(services_of)]


def act_of(user: SignedIn, services: Services) -> Act:
    """What the signed-in person does now."""
    return Act(user.actor, services.now(), services.new_id, user.client_host)
