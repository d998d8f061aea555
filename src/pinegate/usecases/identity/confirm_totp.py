"""One-time codes come into force by a first code."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction, OneTimeCodes, SecretBox
from pinegate.usecases.identity.sign_in import TOTP_CONTEXT


async def confirm_totp(
    tx: IdentityTransaction, code: str, act: Act, *, secret_box: SecretBox, codes: OneTimeCodes
) -> bool:
    """Put the prepared secret into force if ``code`` is its present one."""
    person_id = act.person.person_id
    account = await tx.identity.account_of_person(person_id, lock=True)
    if account is None or account.totp_secret is None or account.totp_enabled:
        return False
    secret = secret_box.open(account.totp_secret, TOTP_CONTEXT).decode()
    step = codes.matching_step(secret, code, act.now)
    if step is None:
        return False
    await tx.identity.set_totp(person_id, account.totp_secret, step)
    await tx.audit.append(act.event(AuditEventName.TOTP_ENABLED, "person", person_id))
    return True
