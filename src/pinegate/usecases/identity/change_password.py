"""A new password, which ends the person's other sessions."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
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


async def change_password(tx: IdentityTransaction, password_hash: str, session_id: str, act: Act) -> None:
    """Store the new hash and end every session of the person but ``session_id``. The route verified the old one."""
    person_id = act.person.person_id
    await tx.identity.set_password(person_id, password_hash)
    ended = await tx.identity.end_sessions(person_id, act.now, but=session_id)
    await tx.audit.append(
        act.event(AuditEventName.PASSWORD_CHANGED, "person", person_id, sessions_ended=len(ended))
    )
