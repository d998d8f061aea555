"""Signing out, and ending a session from another one. The pictures it opened are cut by the caller's re-evaluation."""

from collections.abc import Sequence

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction


async def end_portal_session(
    tx: IdentityTransaction, session_id: str, act: Act, *, own: bool
) -> Sequence[str]:
    """End one session of the actor's; ``own``: the one that asks. Gives the ids ended: none if it was not theirs."""
    ended = await tx.identity.end_sessions(act.person.person_id, act.now, only=session_id)
    what = AuditEventName.LOGOUT if own else AuditEventName.SESSION_ENDED
    await tx.audit.append(*(act.event(what, "portal_session", ended_id) for ended_id in ended))
    return ended
