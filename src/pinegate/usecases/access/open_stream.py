"""Ask to see a point: decided, registered and audited in one transaction, answered with a single-use ticket."""

from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import AccessRequest, Allowed, Denied
from pinegate.usecases.access.decision_events import decided
from pinegate.usecases.access.ports import AccessTransaction, RegisterEntry, Situation
from pinegate.usecases.access.ticket import TICKET_LIFETIME, ticket_digest
from pinegate.usecases.act import Act


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What is asked, over which output, and through which portal session (None: the access interface)."""

    access: AccessRequest
    protocol: str
    portal_session_id: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedStream:
    """Yes: the ticket is told to this viewer alone and never kept."""

    session_id: str
    ticket: str
    expires_at: datetime
    allowed: Allowed
    situation: Situation


async def open_stream(
    tx: AccessTransaction,
    asked: StreamRequest,
    ticket: str,
    act: Act,
) -> OpenedStream | Denied:
    """Decide on ``asked`` and write the answer down. The caller commits both answers: a denial is registered too.

    ``ticket``: fresh, of ``TICKET_CHARACTERS``. It lives ``TICKET_LIFETIME`` and is bound to protocol and client host.
    """
    situation = await tx.access.situation(asked.access, asked.portal_session_id)
    decision = decide_access(asked.access, situation.facts, act.now)
    allowed = isinstance(decision, Allowed)
    expires_at = act.now + TICKET_LIFETIME
    entry = RegisterEntry(
        id=act.new_id(),
        request=asked.access,
        organization_id=situation.organization_id,
        decision=decision,
        requested_at=act.now,
        portal_session_id=asked.portal_session_id,
        protocol=asked.protocol,
        ticket_digest=ticket_digest(ticket) if allowed else None,
        ticket_expires_at=expires_at if allowed else None,
    )
    await tx.access.register(entry, decided(entry, act))
    if isinstance(decision, Denied):
        return decision
    return OpenedStream(entry.id, ticket, expires_at, decision, situation)
