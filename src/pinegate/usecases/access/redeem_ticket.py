"""A viewer comes to the media engine with a ticket: the decision is made again, and no change can pass it by.

The ticket's line is in the register before this begins, and the transaction locks it before it reads the facts. A
revocation therefore either committed before (and the answer is no) or its re-evaluation finds the line: it has the
session cut in the engine, which refuses a session that was cut while its ticket was being redeemed. That is the whole
of the "new enemy" defence, and needs no lock against changes (docs/decisions/0017).
"""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import Track
from pinegate.usecases.access.decision_events import decided, started
from pinegate.usecases.access.end_session import end_sessions
from pinegate.usecases.access.ports import AccessTransaction, IssuedTicket, RegisterEntry
from pinegate.usecases.access.ticket import TICKET_CHARACTERS, ticket_digest
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import SessionEnded


class TicketRefusal(StrEnum):
    """Why a ticket opens nothing. All but the first two burn it: whoever tries them is not its owner."""

    UNKNOWN = "ticket_unknown"
    USED = "ticket_used"
    EXPIRED = "ticket_expired"
    OTHER_PROTOCOL = "ticket_other_protocol"
    OTHER_HOST = "ticket_other_host"
    SOUND_WITHDRAWN = "sound_withdrawn"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The session is live and carries ``tracks``; cut it when ``lease_seconds`` pass without a renewal."""

    session_id: str
    point_id: str
    lease_seconds: float
    tracks: frozenset[Track]


async def redeem_ticket(
    tx: AccessTransaction,
    ticket: str,
    protocol: str,
    act: Act,
) -> Redeemed | TicketRefusal | Denied:
    """Redeem ``ticket`` for a live session. ``act``: the viewer's, not known yet. The caller commits every answer."""
    if len(ticket) != TICKET_CHARACTERS or not ticket.isascii():
        return TicketRefusal.UNKNOWN
    issued = await tx.access.ticket(ticket_digest(ticket))
    if issued is None:
        return TicketRefusal.UNKNOWN
    if issued.used:
        return TicketRefusal.USED
    refusal = _misuse(issued, protocol, act)
    if refusal is not None:
        await _end(tx, issued.session_id, End(EndReason(refusal)), act)
        return refusal
    if not issued.situation.signed_in:
        await _end(tx, issued.session_id, End(EndReason.SIGNED_OUT), act)
        return TicketRefusal.EXPIRED
    decision = decide_access(issued.request, issued.situation.facts, act.now)
    entry = RegisterEntry(
        id=issued.session_id,
        request=issued.request,
        organization_id=issued.situation.organization_id,
        decision=decision,
        requested_at=act.now,
        protocol=protocol,
    )
    if isinstance(decision, Denied):
        await tx.audit.append(decided(entry, act))
        await _end(tx, issued.session_id, End(decision.reason), act)
        return decision
    if not decision.covers(issued.tracks):
        await _end(tx, issued.session_id, End(EndReason.SOUND_WITHDRAWN), act)
        return TicketRefusal.SOUND_WITHDRAWN
    await tx.access.start(issued.session_id, decision, act.now)
    await tx.audit.append(started(entry, act))
    return Redeemed(issued.session_id, issued.request.point_id, decision.lease_seconds, issued.tracks)


def _misuse(issued: IssuedTicket, protocol: str, act: Act) -> TicketRefusal | None:
    if act.now >= issued.expires_at:
        return TicketRefusal.EXPIRED
    if protocol != issued.protocol:
        return TicketRefusal.OTHER_PROTOCOL
    if act.client_host != issued.request.client_host:
        return TicketRefusal.OTHER_HOST
    return None


async def _end(tx: AccessTransaction, session_id: str, end: End, act: Act) -> None:
    await end_sessions(tx, [SessionEnded(session_id, end)], act.consequence)
