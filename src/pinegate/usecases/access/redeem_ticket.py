"""A viewer comes to the media engine with a ticket: the decision is made again, where no change can pass it by.

The transaction first keeps access changes out (``lock_out_changes``), then reads, decides and marks the session live. A
revocation therefore either committed before (and the answer is no) or commits after, and the re-evaluation finds a live
session to cut. That is the whole of the "new enemy" defence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.decision_events import decided, ended, started
from pinegate.usecases.access.ports import AccessTransaction, IssuedTicket, RegisterEntry
from pinegate.usecases.access.ticket import TICKET_CHARACTERS, ticket_digest
from pinegate.usecases.streams.media_engine import SessionEnded


class TicketRefusal(StrEnum):
    """Why a ticket opens nothing. All but the first two burn it: whoever tries them is not its owner."""

    UNKNOWN = "ticket_unknown"
    USED = "ticket_used"
    EXPIRED = "ticket_expired"
    OTHER_PROTOCOL = "ticket_other_protocol"
    OTHER_HOST = "ticket_other_host"


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The session is live; cut it when ``lease_seconds`` pass without a renewal."""

    session_id: str
    point_id: str
    lease_seconds: float


async def redeem_ticket(
    tx: AccessTransaction,
    ticket: str,
    protocol: str,
    client_host: str,
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> Redeemed | TicketRefusal | Denied:
    """Redeem ``ticket`` for a live session. The caller commits every answer."""
    if len(ticket) != TICKET_CHARACTERS or not ticket.isascii():
        return TicketRefusal.UNKNOWN
    await tx.access.lock_out_changes()
    issued = await tx.access.ticket(ticket_digest(ticket))
    if issued is None:
        return TicketRefusal.UNKNOWN
    if issued.used:
        return TicketRefusal.USED
    refusal = _misuse(issued, protocol, client_host, now)
    if refusal is not None:
        await _end(tx, issued.session_id, End(EndReason(refusal)), now, new_id)
        return refusal
    if not issued.situation.signed_in:
        await _end(tx, issued.session_id, End(EndReason.SIGNED_OUT), now, new_id)
        return TicketRefusal.EXPIRED
    decision = decide_access(issued.request, issued.situation.facts, now)
    entry = RegisterEntry(
        id=issued.session_id,
        request=issued.request,
        organization_id=issued.situation.organization_id,
        decision=decision,
        requested_at=now,
        protocol=protocol,
    )
    if isinstance(decision, Denied):
        await tx.audit.append(decided(entry, new_id()))
        await _end(tx, issued.session_id, End(decision.reason), now, new_id)
        return decision
    await tx.access.start(issued.session_id, decision, now)
    await tx.audit.append(started(entry, new_id(), now))
    return Redeemed(issued.session_id, issued.request.point_id, decision.lease_seconds)


def _misuse(issued: IssuedTicket, protocol: str, client_host: str, now: datetime) -> TicketRefusal | None:
    if now >= issued.expires_at:
        return TicketRefusal.EXPIRED
    if protocol != issued.protocol:
        return TicketRefusal.OTHER_PROTOCOL
    if client_host != issued.request.client_host:
        return TicketRefusal.OTHER_HOST
    return None


async def _end(
    tx: AccessTransaction, session_id: str, end: End, now: datetime, new_id: Callable[[], str]
) -> None:
    ends = await tx.access.end([SessionEnded(session_id, end)], now)
    await tx.audit.append(*(ended(session, new_id(), now) for session in ends))
