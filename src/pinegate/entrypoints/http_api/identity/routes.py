"""Signing in and out, own sessions, password and one-time codes; health."""

import io
import secrets
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Literal

import segno
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pinegate import __version__
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import (
    ABSOLUTE_LIMIT,
    COOKIE,
    IDLE_LIMIT,
    CurrentServices,
    CurrentUser,
    SignedIn,
    act_of,
    client_host_of,
    refuse_foreign_sites,
    token_digest,
)
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.identity.change_password import LONGEST_PASSWORD, change_password, weakness_of
from pinegate.usecases.identity.confirm_totp import confirm_totp
from pinegate.usecases.identity.end_portal_session import end_portal_session
from pinegate.usecases.identity.give_up_totp import give_up_totp
from pinegate.usecases.identity.ports import Account
from pinegate.usecases.identity.prepare_totp import prepare_totp
from pinegate.usecases.identity.sign_in import (
    SignInAttempt,
    SignInMethod,
    may_sign_in,
    sign_in_person,
)
from pinegate.usecases.identity.sign_in_refusal import SignInRefusal

router = APIRouter()

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")

Login = Annotated[str, Field(min_length=1, max_length=64)]
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD)]
Code = Annotated[str, Field(pattern=r"^\d{6}$")]


class Health(BaseModel):
    status: str
    database: str
    media_workers: int
    signalling: str
    disk: Literal["ok", "short"]


class DemonstrationAccount(BaseModel):
    login: str
    person_name: str
    organization_name: str
    roles: list[Role]


class SignInOptions(BaseModel):
    demonstration: bool
    product_version: str
    accounts: list[DemonstrationAccount]


class SignInForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    login: Login | None = None
    password: Password = ""
    totp: Code | None = None
    demonstration_login: Login | None = None


class OwnOrganization(BaseModel):
    id: str
    kind: OrganizationKind
    name: str


class Unacknowledged(BaseModel):
    agreement_id: str
    application_id: str
    system_name: str
    text_version: int


class WatchableSystem(BaseModel):
    id: str
    name: str
    may_watch: bool


class Me(BaseModel):
    person_id: str
    name: str
    login: str
    organization: OwnOrganization
    roles: list[Role]
    must_change_password: bool
    totp_enabled: bool
    idle_timeout_seconds: int
    demonstration: bool
    unacknowledged: list[Unacknowledged]
    systems: list[WatchableSystem]


class RunningSession(BaseModel):
    id: str
    client_host: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


class RunningSessions(BaseModel):
    items: list[RunningSession]


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    current: Password
    new: Annotated[str, Field(max_length=1024)]


class TotpPrepared(BaseModel):
    secret: str
    uri: str
    qr_svg: str


class TotpCode(BaseModel):
    code: Code


class OwnPassword(BaseModel):
    password: Password


@router.get("/api/health")
async def health(services: CurrentServices) -> Health:
    """Whether new pictures are possible; says nothing that helps an attacker. ``disk``: ``short`` below the reserve."""
    database = "ok" if await services.database.answers() else "unavailable"
    workers = sum(counters.get("up", 0) for counters in await services.media.stats())
    signalling = "ok" if services.signalling.ready else "unavailable"
    disk = "short" if services.disk.short() else "ok"
    fine = database == signalling == disk == "ok" and workers > 0
    return Health(
        status="ok" if fine else "degraded",
        database=database,
        media_workers=workers,
        signalling=signalling,
        disk=disk,
    )


def in_demonstration(request: Request, services: Services) -> bool:
    """Signing in without a password: only where the demonstration was started, and only from this very machine.

    A proxy on this machine would make everybody local, so forwarded requests do not count; and the Host must be a
    loopback name, because a web page elsewhere may have its own name resolve to 127.0.0.1 (DNS rebinding).
    """
    if not services.demonstration or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(client_host_of(request)) and _is_loopback(request.url.hostname or "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@router.get("/api/session/options")
async def sign_in_options(request: Request, services: CurrentServices) -> SignInOptions:
    """What the login page shows; the accounts by role only in the demonstration."""
    if not in_demonstration(request, services):
        return SignInOptions(demonstration=False, product_version=__version__, accounts=[])
    async with services.database.transaction() as tx:
        found = await tx.identity.all_accounts()
    accounts = [
        DemonstrationAccount(
            login=account.login,
            person_name=account.actor.name,
            organization_name=account.organization_name,
            roles=sorted(account.actor.roles),
        )
        for account in found
        if may_sign_in(account)
    ]
    return SignInOptions(demonstration=True, product_version=__version__, accounts=accounts)


@router.post("/api/session")
async def sign_in(form: SignInForm, request: Request, response: Response, services: CurrentServices) -> Me:
    """Open a session and set its cookie."""
    refuse_foreign_sites(request)
    host = client_host_of(request)
    if not services.sign_in_limit.allow(host, services.monotonic()):
        raise ProblemError("too_many_requests", "wait a minute", headers={"Retry-After": "60"})
    token = secrets.token_urlsafe(32)
    attempt = await _attempt(form, request, services)
    async with services.database.transaction() as tx:
        settled = await sign_in_person(
            tx,
            attempt,
            token_digest(token),
            Act(None, services.now(), services.new_id, host),
            secret_box=services.secret_box,
            codes=services.one_time_codes,
            policy=services.lockout,
        )
    if isinstance(settled, SignInRefusal):
        raise ProblemError(settled.value)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        path="/api",
        httponly=True,
        samesite="strict",
        secure=services.secure_cookies or request.url.scheme == "https",
    )
    return await _me(settled, services)


async def _attempt(form: SignInForm, request: Request, services: Services) -> SignInAttempt:
    agent = request.headers.get("user-agent", "")[:200]
    if form.demonstration_login is not None:
        if not in_demonstration(request, services):
            raise ProblemError("forbidden", "there is no demonstration here")
        return SignInAttempt(form.demonstration_login, True, "", agent, method=SignInMethod.DEMONSTRATION)
    if form.login is None:
        raise ProblemError(
            "invalid_input", "correct the named fields", errors=[{"field": "login", "message": "required"}]
        )
    async with services.database.transaction() as tx:
        account = await tx.identity.account_of_login(form.login)
    fits = await services.passwords.verify(account.password_hash if account else None, form.password)
    return SignInAttempt(form.login, fits, form.totp or "", agent)


async def _me(account: Account, services: Services) -> Me:
    async with services.database.transaction() as tx:
        duties = await tx.access.unacknowledged(account.actor.person_id)
        systems = await tx.access.systems_of(account.actor)
    return Me(
        person_id=account.actor.person_id,
        name=account.actor.name,
        login=account.login,
        organization=OwnOrganization(
            id=account.actor.organization_id,
            kind=account.actor.organization_kind,
            name=account.organization_name,
        ),
        roles=sorted(account.actor.roles),
        must_change_password=account.password_is_initial,
        totp_enabled=account.totp_enabled,
        idle_timeout_seconds=int(IDLE_LIMIT.total_seconds()),
        demonstration=services.demonstration,
        unacknowledged=[Unacknowledged(**duty) for duty in duties],
        systems=[WatchableSystem(**system) for system in systems],
    )


async def _own_account(user: SignedIn, services: Services) -> Account:
    async with services.database.transaction() as tx:
        account = await tx.identity.account_of_person(user.actor.person_id)
    if account is None:
        raise ProblemError("not_signed_in")
    return account


@router.get("/api/session")
async def me(user: CurrentUser, services: CurrentServices) -> Me:
    """Who I am, and what I still have to do before I may watch."""
    return await _me(await _own_account(user, services), services)


@router.delete("/api/session", status_code=204)
async def sign_out(user: CurrentUser, response: Response, services: CurrentServices) -> None:
    """End this session; the pictures it opened are cut."""
    await _end(user.session_id, user, services)
    response.delete_cookie(COOKIE, path="/api", httponly=True, samesite="strict")


@router.get("/api/session/all")
async def own_sessions(user: CurrentUser, services: CurrentServices) -> RunningSessions:
    """My running sessions, newest first."""
    async with services.database.transaction() as tx:
        found = await tx.identity.running_sessions(user.actor.person_id, services.now() - IDLE_LIMIT)
    return RunningSessions(
        items=[
            RunningSession(
                id=session.id,
                client_host=session.client_host,
                user_agent=session.user_agent,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at,
                current=session.id == user.session_id,
            )
            for session in found
        ]
    )


async def _end(session_id: str, user: SignedIn, services: Services) -> bool:
    async with services.database.transaction() as tx:
        ended = await end_portal_session(
            tx,
            session_id,
            act_of(user, services),
            own=session_id == user.session_id,
        )
    if ended:
        services.reevaluator.wake()
    return bool(ended)


async def _verify_own_password(password: str, user: SignedIn, services: Services) -> Account:
    # A stolen session must not become a place to guess the password.
    if not services.sign_in_limit.allow(f"person {user.actor.person_id}", services.monotonic()):
        raise ProblemError("too_many_requests", "wait a minute", headers={"Retry-After": "60"})
    account = await _own_account(user, services)
    if not await services.passwords.verify(account.password_hash, password):
        raise ProblemError("wrong_credentials", "the present password does not fit", status=403)
    return account


@router.post("/api/session/password", status_code=204)
async def set_new_password(form: PasswordChange, user: CurrentUser, services: CurrentServices) -> None:
    """Change the password; my other sessions end."""
    weakness = weakness_of(form.new, user.login, user.actor.name)
    if weakness is None and form.new == form.current:
        weakness = "must differ from the present one"
    if weakness is not None:
        raise ProblemError(
            "invalid_input", "correct the named fields", errors=[{"field": "new", "message": weakness}]
        )
    await _verify_own_password(form.current, user, services)
    password_hash = await services.passwords.hash(form.new)
    async with services.database.transaction() as tx:
        await change_password(
            tx,
            password_hash,
            user.session_id,
            act_of(user, services),
        )
    services.reevaluator.wake()


@router.post("/api/session/totp")
async def set_up_totp(user: CurrentUser, services: CurrentServices) -> TotpPrepared:
    """A new secret, shown this once; it counts when confirmed by a code."""
    secret = services.one_time_codes.new_secret()
    async with services.database.transaction() as tx:
        prepared = await prepare_totp(tx, secret, act_of(user, services), secret_box=services.secret_box)
    if not prepared:
        raise ProblemError("conflict", "one-time codes are in use; give them up first")
    uri = services.one_time_codes.address(secret, user.login)
    picture = io.BytesIO()
    segno.make(uri).save(picture, kind="svg", scale=4, xmldecl=False)
    return TotpPrepared(secret=secret, uri=uri, qr_svg=picture.getvalue().decode())


@router.post("/api/session/totp/confirm", status_code=204)
async def confirm_own_totp(form: TotpCode, user: CurrentUser, services: CurrentServices) -> None:
    """Put one-time codes into force."""
    async with services.database.transaction() as tx:
        confirmed = await confirm_totp(
            tx,
            form.code,
            act_of(user, services),
            secret_box=services.secret_box,
            codes=services.one_time_codes,
        )
    if not confirmed:
        raise ProblemError(
            "invalid_input", "correct the named fields", errors=[{"field": "code", "message": "does not fit"}]
        )


@router.delete("/api/session/totp", status_code=204)
async def give_up_own_totp(form: OwnPassword, user: CurrentUser, services: CurrentServices) -> None:
    """Back to the password alone."""
    await _verify_own_password(form.password, user, services)
    async with services.database.transaction() as tx:
        await give_up_totp(tx, act_of(user, services))


@router.delete("/api/session/{session_id}", status_code=204)
async def end_own_session(session_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    """End one of my sessions elsewhere. Somebody else's is not found."""
    if not await _end(session_id, user, services):
        raise ProblemError("not_found")
