"""The person whom a link was made for chooses a password. Nobody else sees it, and the link opens nothing more.

Two steps with the slow hashing between them, as in signing in: the route reads the enrolment, has the password hashed,
and calls :func:`enrol_person`, which looks at the enrolment again under lock.
"""

import hmac
from dataclasses import dataclass, replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.alert_auditor import alert_auditor
from pinegate.usecases.identity.enrolment_step import (
    Enrollee,
    EnrolmentRefusal,
    find_enrollee,
    record_enrolment,
)
from pinegate.usecases.identity.ports import IdentityTransaction, OneTimeCodes, SecretBox
from pinegate.usecases.identity.sign_in import TOTP_CONTEXT


@dataclass(frozen=True, slots=True)
class EnrolmentForm:
    """What the person sent. ``code_digest`` of the second secret; ``totp`` the present one-time code; either may be
    empty."""

    link_digest: bytes
    code_digest: bytes
    totp: str
    password_hash: str


async def enrol_person(
    tx: IdentityTransaction,
    form: EnrolmentForm,
    act: Act,
    *,
    secret_box: SecretBox,
    codes: OneTimeCodes,
) -> Enrollee | EnrolmentRefusal:
    """Keep the password and end the person's sessions, or say why not. The caller commits either."""
    found = await find_enrollee(tx, form.link_digest, act, lock=True)
    if isinstance(found, EnrolmentRefusal):
        return found
    refusal = await _refusal_of(tx, found, form, act, secret_box, codes)
    if refusal is not None:
        return await _count_failure(tx, found, refusal, act)
    person_id = found.account.actor.person_id
    await tx.identity.save_enrolment(replace(found.enrolment, used_at=act.now))
    await tx.identity.set_password(person_id, form.password_hash)
    await tx.identity.clear_failures(person_id)
    if found.enrolment.renews_totp:
        await tx.identity.set_totp(person_id, None, None)
    ended = await tx.identity.end_sessions(person_id, act.now)
    await record_enrolment(tx, AuditEventName.ENROLLED, found, act, sessions_ended=len(ended))
    details = {"name": found.account.actor.name, "organization": found.account.organization_name}
    await alert_auditor(tx, "person.enrolled", person_id, details, act)
    return found


async def _refusal_of(
    tx: IdentityTransaction,
    found: Enrollee,
    form: EnrolmentForm,
    act: Act,
    secret_box: SecretBox,
    codes: OneTimeCodes,
) -> EnrolmentRefusal | None:
    expected = found.enrolment.code_digest
    if expected is not None and not hmac.compare_digest(expected, form.code_digest):
        return EnrolmentRefusal.CODE_WRONG
    account = found.account
    if not found.asks_totp or account.totp_secret is None or account.totp_last_step is None:
        return None
    secret = secret_box.open(account.totp_secret, TOTP_CONTEXT).decode()
    step = codes.matching_step(secret, form.totp, act.now)
    if step is None or step <= account.totp_last_step:
        return EnrolmentRefusal.TOTP_REQUIRED
    await tx.identity.set_totp(account.actor.person_id, account.totp_secret, step)
    return None


async def _count_failure(
    tx: IdentityTransaction, found: Enrollee, refusal: EnrolmentRefusal, act: Act
) -> EnrolmentRefusal:
    after = replace(found.enrolment, failed_codes=found.enrolment.failed_codes + 1)
    await tx.identity.save_enrolment(after)
    await record_enrolment(tx, AuditEventName.ENROLMENT_FAILED, found, act, refusal=refusal.value)
    return refusal if after.is_open(act.now) else EnrolmentRefusal.CLOSED
