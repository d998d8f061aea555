"""One-time codes as a second factor: prepared, confirmed by a first code, given up with the password."""

from collections.abc import Callable
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.identity.ports import IdentityTransaction, OneTimeCodes, SecretBox
from pinegate.usecases.identity.sign_in import TOTP_CONTEXT


async def prepare_totp(tx: IdentityTransaction, actor: Actor, secret: str, *, secret_box: SecretBox) -> bool:
    """Keep a new secret that does not count yet. False when one-time codes are in use already."""
    account = await tx.identity.account_of_person(actor.person_id, lock=True)
    if account is None or account.totp_enabled:
        return False
    await tx.identity.set_totp(actor.person_id, secret_box.seal(secret.encode(), TOTP_CONTEXT), None)
    return True


async def confirm_totp(
    tx: IdentityTransaction,
    actor: Actor,
    code: str,
    *,
    secret_box: SecretBox,
    codes: OneTimeCodes,
    client_host: str,
    now: datetime,
    new_id: Callable[[], str],
) -> bool:
    """Put the prepared secret into force if ``code`` is its present one."""
    account = await tx.identity.account_of_person(actor.person_id, lock=True)
    if account is None or account.totp_secret is None or account.totp_enabled:
        return False
    step = codes.matching_step(secret_box.open(account.totp_secret, TOTP_CONTEXT).decode(), code, now)
    if step is None:
        return False
    await tx.identity.set_totp(actor.person_id, account.totp_secret, step)
    await tx.audit.append(_event(AuditEventName.TOTP_ENABLED, actor, client_host, now, new_id))
    return True


async def give_up_totp(
    tx: IdentityTransaction, actor: Actor, *, client_host: str, now: datetime, new_id: Callable[[], str]
) -> None:
    """Back to the password alone; the route verified it."""
    await tx.identity.set_totp(actor.person_id, None, None)
    await tx.audit.append(_event(AuditEventName.TOTP_DISABLED, actor, client_host, now, new_id))


def _event(
    name: AuditEventName, actor: Actor, client_host: str, now: datetime, new_id: Callable[[], str]
) -> AuditEvent:
    return AuditEvent(
        id=new_id(),
        name=name,
        at=now,
        actor_person_id=actor.person_id,
        actor_organization_id=actor.organization_id,
        subject_kind="person",
        subject_id=actor.person_id,
        client_host=client_host,
    )
