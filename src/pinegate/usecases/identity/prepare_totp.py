"""One-time codes as a second factor: a secret is prepared, which counts once it is confirmed."""

from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction, SecretBox
from pinegate.usecases.identity.sign_in import TOTP_CONTEXT


async def prepare_totp(tx: IdentityTransaction, secret: str, act: Act, *, secret_box: SecretBox) -> bool:
    """Keep a new secret that does not count yet. False when one-time codes are in use already."""
    person_id = act.person.person_id
    account = await tx.identity.account_of_person(person_id, lock=True)
    if account is None or account.totp_enabled:
        return False
    await tx.identity.set_totp(person_id, secret_box.seal(secret.encode(), TOTP_CONTEXT), None)
    return True
