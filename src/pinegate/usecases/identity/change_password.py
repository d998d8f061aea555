"""A new password, which ends the person's other sessions."""

from collections.abc import Callable
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.identity.ports import IdentityTransaction

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
_FEWEST_DIFFERENT = 5


def weakness_of(password: str, login: str, name: str) -> str | None:
    """What is wrong with a new password, in words for the form field; None when it will do.

    Length rather than classes of characters (NIST SP 800-63B section 5.1.1.2); not the login, the name, or a few
    characters over and over.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"at least {SHORTEST_PASSWORD} characters"
    if len(password) > LONGEST_PASSWORD:
        return f"at most {LONGEST_PASSWORD} characters"
    folded = password.casefold()
    if login.casefold() in folded or (len(name) > 1 and name.casefold() in folded):
        return "must not contain the login or the name"
    if len(set(folded)) < _FEWEST_DIFFERENT:
        return f"at least {_FEWEST_DIFFERENT} different characters"
    return None


async def change_password(
    tx: IdentityTransaction,
    actor: Actor,
    password_hash: str,
    *,
    session_id: str,
    client_host: str,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Store the new hash and end every session of the person but ``session_id``. The route verified the old one."""
    await tx.identity.set_password(actor.person_id, password_hash)
    ended = await tx.identity.end_sessions(actor.person_id, now, but=session_id)
    await tx.audit.append(
        AuditEvent(
            id=new_id(),
            name=AuditEventName.PASSWORD_CHANGED,
            at=now,
            actor_person_id=actor.person_id,
            actor_organization_id=actor.organization_id,
            subject_kind="person",
            subject_id=actor.person_id,
            client_host=client_host,
            details={"sessions_ended": len(ended)},
        )
    )
