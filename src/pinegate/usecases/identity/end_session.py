"""Signing out, and ending a session from another one. The pictures it opened are cut by the caller's re-evaluation."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.identity.ports import IdentityTransaction


async def end_portal_session(
    tx: IdentityTransaction,
    actor: Actor,
    session_id: str,
    *,
    own: bool,
    client_host: str,
    now: datetime,
    new_id: Callable[[], str],
) -> Sequence[str]:
    """End one session of the actor's; ``own``: the one that asks. Gives the ids ended: none if it was not theirs."""
    ended = await tx.identity.end_sessions(actor.person_id, now, only=session_id)
    await tx.audit.append(
        *(
            AuditEvent(
                id=new_id(),
                name=AuditEventName.LOGOUT if own else AuditEventName.SESSION_ENDED,
                at=now,
                actor_person_id=actor.person_id,
                actor_organization_id=actor.organization_id,
                subject_kind="portal_session",
                subject_id=ended_id,
                client_host=client_host,
            )
            for ended_id in ended
        )
    )
    return ended
