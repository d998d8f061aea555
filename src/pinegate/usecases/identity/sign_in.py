"""Signing in with a password, and a one-time code where the person asked for one.

Two steps with the slow password check between them, so that no database connection waits for it: the route reads
the account, has the password verified, and calls :func:`sign_in_person`, which looks at the account again under
lock. However many guesses run side by side, the sixth finds the account locked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import SHUT_OUT, Standing
from pinegate.usecases.act import Act, Party
from pinegate.usecases.identity.ports import (
    Account,
    IdentityTransaction,
    OneTimeCodes,
    PortalSession,
    SecretBox,
)
from pinegate.usecases.identity.sign_in_refusal import SignInRefusal

TOTP_CONTEXT = "accounts.totp_secret"


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """After ``failures`` wrong attempts in a row nobody signs in for ``duration`` (governance section 3: 5 and 30)."""

    failures: int = 5
    duration: timedelta = timedelta(minutes=30)


class SignInMethod(StrEnum):
    """How the person showed who they are; ``demonstration`` exists in the demonstration only."""

    PASSWORD = "password"  # noqa: S105 -- the method's name
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What the route learned. ``password_fits`` is the hasher's word; ``code`` the one-time code, if one was given."""

    login: str
    password_fits: bool
    code: str
    user_agent: str
    method: SignInMethod = SignInMethod.PASSWORD


def may_sign_in(account: Account) -> bool:
    """Whether the account is one, and its person has enrolled."""
    return is_account(account) and account.password_hash is not None


def is_account(account: Account) -> bool:
    """Whether the account is one at all: not withdrawn, the person not locked or removed, the unit active."""
    return (
        account.withdrawn_at is None and account.state not in SHUT_OUT and account.standing is Standing.ACTIVE
    )


async def sign_in_person(
    tx: IdentityTransaction,
    attempt: SignInAttempt,
    token_digest: bytes,
    act: Act,
    *,
    secret_box: SecretBox,
    codes: OneTimeCodes,
    policy: LockoutPolicy,
) -> Account | SignInRefusal:
    """Open a portal session for ``token_digest``, or say why not. Both are audited; the caller commits either."""
    account = await tx.identity.account_of_login(attempt.login, lock=True)
    if account is None or not may_sign_in(account):
        return await _failed(tx, attempt, account, SignInRefusal.WRONG_CREDENTIALS, act)
    if account.locked_until is not None and act.now < account.locked_until:
        return await _failed(tx, attempt, account, SignInRefusal.LOCKED_OUT, act)
    demonstration = attempt.method is SignInMethod.DEMONSTRATION
    if not demonstration:
        refusal = await _refusal_of(tx, account, attempt, secret_box, codes, act.now)
        if refusal is SignInRefusal.TOTP_REQUIRED and not attempt.code:
            return refusal
        if refusal is not None:
            return await _count_failure(tx, attempt, account, refusal, policy, act)
    await tx.identity.clear_failures(account.actor.person_id)
    session = PortalSession(
        act.new_id(), account.actor.person_id, act.client_host, attempt.user_agent, act.now, act.now
    )
    await tx.identity.add_session(session, token_digest)
    await tx.audit.append(
        _sign_in_event(AuditEventName.LOGIN_SUCCEEDED, attempt, account, act, portal_session=session.id)
    )
    return account


async def _refusal_of(
    tx: IdentityTransaction,
    account: Account,
    attempt: SignInAttempt,
    secret_box: SecretBox,
    codes: OneTimeCodes,
    now: datetime,
) -> SignInRefusal | None:
    if not attempt.password_fits:
        return SignInRefusal.WRONG_CREDENTIALS
    if account.totp_secret is None or account.totp_last_step is None:
        return None
    if not attempt.code:
        return SignInRefusal.TOTP_REQUIRED
    secret = secret_box.open(account.totp_secret, TOTP_CONTEXT).decode()
    step = codes.matching_step(secret, attempt.code, now)
    # A code seen over somebody's shoulder opens nothing: each step counts once, and never an earlier one.
    if step is None or step <= account.totp_last_step:
        return SignInRefusal.TOTP_REQUIRED
    await tx.identity.set_totp(account.actor.person_id, account.totp_secret, step)
    return None


async def _count_failure(
    tx: IdentityTransaction,
    attempt: SignInAttempt,
    account: Account,
    refusal: SignInRefusal,
    policy: LockoutPolicy,
    act: Act,
) -> SignInRefusal:
    lock_ran_out = account.locked_until is not None
    failures = 1 if lock_ran_out else account.failed_attempts + 1
    locked_until = act.now + policy.duration if failures >= policy.failures else None
    await tx.identity.count_failure(account.actor.person_id, failures, locked_until)
    await _failed(tx, attempt, account, refusal, act)
    if locked_until is None:
        return refusal
    await tx.audit.append(_sign_in_event(AuditEventName.LOGIN_LOCKED, attempt, account, act))
    return SignInRefusal.LOCKED_OUT


async def _failed(
    tx: IdentityTransaction,
    attempt: SignInAttempt,
    account: Account | None,
    refusal: SignInRefusal,
    act: Act,
) -> SignInRefusal:
    await tx.audit.append(
        _sign_in_event(AuditEventName.LOGIN_FAILED, attempt, account, act, refusal=refusal.value)
    )
    return refusal


def _sign_in_event(
    name: AuditEventName, attempt: SignInAttempt, account: Account | None, act: Act, **details: str
) -> AuditEvent:
    actor = account.actor if account else None
    return act.event_of(
        Party(actor.person_id, actor.organization_id) if actor else Party(),
        name,
        "account",
        # What was typed as an unknown login may be a password put into the wrong field: it is not kept.
        account.login if account else "unknown",
        method=attempt.method.value,
        **details,
    )
