"""One-time codes are given up, with the password."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction


async def give_up_totp(tx: IdentityTransaction, act: Act) -> None:
    """Back to the password alone; the caller verified it."""
    person_id = act.person.person_id
    await tx.identity.set_totp(person_id, None, None)
    await tx.audit.append(act.event(AuditEventName.TOTP_DISABLED, "person", person_id))
