"""Signing in with a password, and a one-time code where the person asked for one.

Two steps with the slow password check between them, so that no database connection waits for it: the route reads
the account, has the password verified, and calls :func:`settle_sign_in`, which looks at the account again under
lock. However many guesses run side by side, the sixth finds the account locked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import PersonnelState, Standing
from pinegate.usecases.identity.ports import (
    Account,
    IdentityTransaction,
    OneTimeCodes,
    PortalSession,
    SecretBox,
)
from pinegate.usecases.identity.sign_in_refusal import SignInRefusal

TOTP_CONTEXT = "accounts.totp_secret"
SHUT_OUT = frozenset({PersonnelState.ACCOUNT_LOCKED, PersonnelState.REMOVED})


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
    client_host: str
    user_agent: str
    method: SignInMethod = SignInMethod.PASSWORD


def may_sign_in(account: Account) -> bool:
    """Whether the account is one at all: not withdrawn, the person not locked or removed, the unit active."""
    return (
        account.withdrawn_at is None and account.state not in SHUT_OUT and account.standing is Standing.ACTIVE
    )


async def settle_sign_in(
    tx: IdentityTransaction,
    attempt: SignInAttempt,
    token_digest: bytes,
    *,
    secret_box: SecretBox,
    codes: OneTimeCodes,
    policy: LockoutPolicy,
    now: datetime,
    new_id: Callable[[], str],
) -> Account | SignInRefusal:
    """Open a portal session for ``token_digest``, or say why not. Both are audited; the caller commits either."""
    account = await tx.identity.account_of_login(attempt.login, lock=True)
    audit = _Audit(tx, attempt, now, new_id)
    if account is None or not may_sign_in(account):
        await audit.failed(account, SignInRefusal.WRONG_CREDENTIALS)
        return SignInRefusal.WRONG_CREDENTIALS
    if account.locked_until is not None and now < account.locked_until:
        await audit.failed(account, SignInRefusal.LOCKED_OUT)
        return SignInRefusal.LOCKED_OUT
    demonstration = attempt.method is SignInMethod.DEMONSTRATION
    if not demonstration:
        refusal = await _refusal_of(tx, account, attempt, secret_box, codes, now)
        if refusal is SignInRefusal.TOTP_REQUIRED and not attempt.code:
            return refusal
        if refusal is not None:
            return await _count_failure(tx, account, refusal, policy, audit, now)
    await tx.identity.clear_failures(account.actor.person_id)
    session = PortalSession(
        new_id(), account.actor.person_id, attempt.client_host, attempt.user_agent, now, now
    )
    await tx.identity.add_session(session, token_digest)
    await audit.succeeded(account, session.id)
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
    account: Account,
    refusal: SignInRefusal,
    policy: LockoutPolicy,
    audit: "_Audit",
    now: datetime,
) -> SignInRefusal:
    lock_ran_out = account.locked_until is not None
    failures = 1 if lock_ran_out else account.failed_attempts + 1
    locked_until = now + policy.duration if failures >= policy.failures else None
    await tx.identity.count_failure(account.actor.person_id, failures, locked_until)
    await audit.failed(account, refusal)
    if locked_until is not None:
        await audit.locked(account)
        return SignInRefusal.LOCKED_OUT
    return refusal


class _Audit:
    def __init__(
        self, tx: IdentityTransaction, attempt: SignInAttempt, now: datetime, new_id: Callable[[], str]
    ) -> None:
        self._tx = tx
        self._attempt = attempt
        self._now = now
        self._new_id = new_id

    async def _append(self, name: AuditEventName, account: Account | None, details: dict[str, str]) -> None:
        await self._tx.audit.append(
            AuditEvent(
                id=self._new_id(),
                name=name,
                at=self._now,
                actor_person_id=account.actor.person_id if account else None,
                actor_organization_id=account.actor.organization_id if account else None,
                subject_kind="account",
                # What was typed as an unknown login may be a password put into the wrong field: it is not kept.
                subject_id=account.login if account else "unknown",
                client_host=self._attempt.client_host,
                details={"method": self._attempt.method.value, **details},
            )
        )

    async def failed(self, account: Account | None, refusal: SignInRefusal) -> None:
        await self._append(AuditEventName.LOGIN_FAILED, account, {"refusal": refusal.value})

    async def locked(self, account: Account) -> None:
        await self._append(AuditEventName.LOGIN_LOCKED, account, {})

    async def succeeded(self, account: Account, session_id: str) -> None:
        await self._append(AuditEventName.LOGIN_SUCCEEDED, account, {"portal_session": session_id})
