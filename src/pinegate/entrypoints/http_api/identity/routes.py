"""Signing in and out, own sessions, password and one-time codes; health."""

import io
import secrets

import segno
from fastapi import APIRouter, Request, Response

from pinegate import __version__
from pinegate.entrypoints.http_api.identity.answers import me_out, own_account
from pinegate.entrypoints.http_api.identity.models import (
    DemonstrationAccount,
    GivenUpTotp,
    Health,
    Me,
    PasswordChange,
    RunningSession,
    RunningSessions,
    SignInForm,
    SignInOptions,
    TotpCode,
    TotpPrepared,
)
from pinegate.entrypoints.http_api.identity.signing_in import attempt_of, in_demonstration
from pinegate.entrypoints.http_api.shared.gate import anyone, signed_in_only
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
from pinegate.usecases.identity.change_password import change_password, weakness_of
from pinegate.usecases.identity.confirm_totp import confirm_totp
from pinegate.usecases.identity.end_portal_session import end_portal_session
from pinegate.usecases.identity.give_up_totp import give_up_totp
from pinegate.usecases.identity.ports import Account
from pinegate.usecases.identity.prepare_totp import prepare_totp
from pinegate.usecases.identity.sign_in import (
    may_sign_in,
    sign_in_person,
)
from pinegate.usecases.identity.sign_in_refusal import SignInRefusal

router = APIRouter()


@router.get("/api/health", dependencies=[anyone()])
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


@router.get("/api/session/options", dependencies=[anyone()])
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


@router.post("/api/session", dependencies=[anyone()])
async def sign_in(form: SignInForm, request: Request, response: Response, services: CurrentServices) -> Me:
    """Open a session and set its cookie."""
    refuse_foreign_sites(request, services)
    host = client_host_of(request)
    if not services.sign_in_limit.allow(host, services.monotonic()):
        raise ProblemError("too_many_requests", "wait a minute", headers={"Retry-After": "60"})
    token = secrets.token_urlsafe(32)
    attempt = await attempt_of(form, request, services)
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
    return await me_out(settled, services)


@router.get("/api/session", dependencies=[signed_in_only()])
async def me(user: CurrentUser, services: CurrentServices) -> Me:
    """Who I am, and what I still have to do before I may watch."""
    return await me_out(await own_account(user, services), services)


@router.delete("/api/session", status_code=204, dependencies=[signed_in_only()])
async def sign_out(user: CurrentUser, response: Response, services: CurrentServices) -> None:
    """End this session; the pictures it opened are cut."""
    await _end(user.session_id, user, services)
    response.delete_cookie(COOKIE, path="/api", httponly=True, samesite="strict")


@router.get("/api/session/all", dependencies=[signed_in_only()])
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
    account = await own_account(user, services)
    if not await services.passwords.verify(account.password_hash, password):
        raise ProblemError("wrong_credentials", "the present password does not fit", status=403)
    return account


@router.post("/api/session/password", status_code=204, dependencies=[signed_in_only()])
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


@router.post("/api/session/totp", dependencies=[signed_in_only()])
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


def _code_does_not_fit() -> ProblemError:
    errors = [{"field": "code", "message": "does not fit"}]
    return ProblemError("invalid_input", "correct the named fields", errors=errors)


@router.post("/api/session/totp/confirm", status_code=204, dependencies=[signed_in_only()])
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
        raise _code_does_not_fit()


@router.delete("/api/session/totp", status_code=204, dependencies=[signed_in_only()])
async def give_up_own_totp(form: GivenUpTotp, user: CurrentUser, services: CurrentServices) -> None:
    """Back to the password alone, or to another authenticator."""
    await _verify_own_password(form.password, user, services)
    async with services.database.transaction() as tx:
        given_up = await give_up_totp(
            tx,
            form.code,
            act_of(user, services),
            secret_box=services.secret_box,
            codes=services.one_time_codes,
        )
    if not given_up:
        raise _code_does_not_fit()


@router.delete("/api/session/{session_id}", status_code=204, dependencies=[signed_in_only()])
async def end_own_session(session_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    """End one of my sessions elsewhere. Somebody else's is not found."""
    if not await _end(session_id, user, services):
        raise ProblemError("not_found")
