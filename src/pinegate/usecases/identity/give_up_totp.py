"""One-time codes are given up, with the password and a present code."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction, OneTimeCodes, SecretBox
from pinegate.usecases.identity.sign_in import TOTP_CONTEXT


async def give_up_totp(
    tx: IdentityTransaction, code: str, act: Act, *, secret_box: SecretBox, codes: OneTimeCodes
) -> bool:
    """Back to the password alone, if ``code`` is a present one that was not used; the caller verified the password."""
    person_id = act.person.person_id
    account = await tx.identity.account_of_person(person_id, lock=True)
    if account is None or account.totp_secret is None or account.totp_last_step is None:
        return False
    secret = secret_box.open(account.totp_secret, TOTP_CONTEXT).decode()
    step = codes.matching_step(secret, code, act.now)
    if step is None or step <= account.totp_last_step:
        return False
    await tx.identity.set_totp(person_id, None, None)
    await tx.audit.append(act.event(AuditEventName.TOTP_DISABLED, "person", person_id))
    return True
