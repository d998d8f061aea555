"""How somebody signs in: by password, or by a click where the demonstration allows it."""

from ipaddress import ip_address

from fastapi import Request

from pinegate.entrypoints.http_api.identity.models import SignInForm
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import client_host_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.identity.sign_in import SignInAttempt, SignInMethod

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")


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


async def attempt_of(form: SignInForm, request: Request, services: Services) -> SignInAttempt:
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
