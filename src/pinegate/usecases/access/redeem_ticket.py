"""Viewers come to the media engine with tickets: the decision is made again, and no change can pass it by.

The ticket's line is in the register before this begins, and the transaction locks it before it reads the facts. A
revocation therefore either committed before (and the answer is no) or its re-evaluation finds the line: it has the
session cut in the engine, which refuses a session that was cut while its ticket was being redeemed. That is the whole
of the "new enemy" defence, and needs no lock against changes (docs/decisions/0017).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import Allowed, Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import Track
from pinegate.domain.audit.event import AuditEvent
from pinegate.usecases.access.decision_events import decided, started
from pinegate.usecases.access.end_session import end_sessions
from pinegate.usecases.access.ports import AccessTransaction, IssuedTicket, RegisterEntry
from pinegate.usecases.access.ticket import ticket_digest
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


@dataclass(frozen=True, slots=True)
class Visit:
    """Who comes with a ticket, for which output. ``act``: the viewer's, not known yet."""

    ticket: str
    protocol: str
    act: Act


@dataclass
class _Outcome:
    """What the visits come to, to be written down together."""

    starts: dict[str, Allowed] = field(default_factory=dict[str, Allowed])
    ends: list[SessionEnded] = field(default_factory=list[SessionEnded])
    events: list[AuditEvent] = field(default_factory=list[AuditEvent])

    def end(self, session_id: str, end: End) -> None:
        self.ends.append(SessionEnded(session_id, end))


async def redeem_tickets(
    tx: AccessTransaction, visits: Sequence[Visit], act: Act
) -> Sequence[Redeemed | TicketRefusal | Denied]:
    """Redeem each visit's ticket for a live session. ``act``: that of what follows by itself. The caller commits.

    Nothing is locked for a ticket that is not to be redeemed any more; of two who come with the same, one is late.
    """
    digests = [ticket_digest(visit.ticket) for visit in visits]
    redeemable = dict(await tx.access.tickets(digests))
    known = set(redeemable)
    others = [digest for digest in digests if digest not in redeemable]
    if others:
        known |= set(await tx.access.known_tickets(others))
    outcome = _Outcome()
    answers: list[Redeemed | TicketRefusal | Denied] = []
    for visit, digest in zip(visits, digests, strict=True):
        issued = redeemable.pop(digest, None)
        if issued is not None:
            answers.append(_redeem(issued, visit, outcome))
        else:
            answers.append(TicketRefusal.USED if digest in known else TicketRefusal.UNKNOWN)
    await _write_down(tx, outcome, act)
    return answers


async def _write_down(tx: AccessTransaction, outcome: _Outcome, act: Act) -> None:
    if outcome.starts:
        await tx.access.start(outcome.starts, act.now)
    if outcome.events:
        await tx.audit.append(*outcome.events)
    await end_sessions(tx, outcome.ends, act)


def _redeem(issued: IssuedTicket, visit: Visit, outcome: _Outcome) -> Redeemed | TicketRefusal | Denied:
    act = visit.act
    refusal = _misuse(issued, visit)
    if refusal is not None:
        outcome.end(issued.session_id, End(EndReason(refusal)))
        return refusal
    if not issued.situation.signed_in:
        outcome.end(issued.session_id, End(EndReason.SIGNED_OUT))
        return TicketRefusal.EXPIRED
    decision = decide_access(issued.request, issued.situation.facts, act.now)
    entry = RegisterEntry(
        id=issued.session_id,
        request=issued.request,
        organization_id=issued.situation.organization_id,
        decision=decision,
        requested_at=act.now,
        protocol=visit.protocol,
    )
    if isinstance(decision, Denied):
        outcome.events.append(decided(entry, act))
        outcome.end(issued.session_id, End(decision.reason))
        return decision
    if not decision.covers(issued.tracks):
        outcome.end(issued.session_id, End(EndReason.SOUND_WITHDRAWN))
        return TicketRefusal.SOUND_WITHDRAWN
    outcome.starts[issued.session_id] = decision
    outcome.events.append(started(entry, act))
    return Redeemed(issued.session_id, issued.request.point_id, decision.lease_seconds, issued.tracks)


def _misuse(issued: IssuedTicket, visit: Visit) -> TicketRefusal | None:
    act = visit.act
    if act.now >= issued.expires_at:
        return TicketRefusal.EXPIRED
    if visit.protocol != issued.protocol:
        return TicketRefusal.OTHER_PROTOCOL
    if act.client_host != issued.request.client_host:
        return TicketRefusal.OTHER_HOST
    return None
