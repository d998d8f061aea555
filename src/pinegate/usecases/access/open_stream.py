"""Ask to see points: decided, registered and audited in one transaction, each answered with a single-use ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import Allowed, Denied
from pinegate.usecases.access.decision_events import decided
from pinegate.usecases.access.ports import AccessTransaction, RegisterEntry, Situation, StreamRequest
from pinegate.usecases.access.ticket import TICKET_LIFETIME, ticket_digest
from pinegate.usecases.act import Act


@dataclass(frozen=True, slots=True)
class Opening:
    """One request, the fresh ticket (of ``TICKET_CHARACTERS``) that a yes is answered with, and the viewer's act."""

    asked: StreamRequest
    ticket: str
    act: Act


@dataclass(frozen=True, slots=True)
class OpenedStream:
    """Yes: the ticket is told to this viewer alone and never kept."""

    session_id: str
    ticket: str
    expires_at: datetime
    allowed: Allowed
    situation: Situation


async def open_streams(tx: AccessTransaction, openings: Sequence[Opening]) -> Sequence[OpenedStream | Denied]:
    """Decide on each and write the answers down. The caller commits all of them: a denial is registered too.

    A ticket lives ``TICKET_LIFETIME`` and is bound to protocol and client host.
    """
    situations = await tx.access.situations([opening.asked for opening in openings])
    entries = [_decided(opening, situation) for opening, situation in zip(openings, situations, strict=True)]
    events = [decided(entry, opening.act) for entry, opening in zip(entries, openings, strict=True)]
    await tx.access.register(entries, events)
    return [
        _answer(entry, opening, situation)
        for entry, opening, situation in zip(entries, openings, situations, strict=True)
    ]


def _decided(opening: Opening, situation: Situation) -> RegisterEntry:
    asked, now = opening.asked, opening.act.now
    decision = decide_access(asked.access, situation.facts, now)
    allowed = isinstance(decision, Allowed)
    return RegisterEntry(
        id=opening.act.new_id(),
        request=asked.access,
        organization_id=situation.organization_id,
        decision=decision,
        requested_at=now,
        portal_session_id=asked.portal_session_id,
        protocol=asked.protocol,
        ticket_digest=ticket_digest(opening.ticket) if allowed else None,
        ticket_expires_at=now + TICKET_LIFETIME if allowed else None,
    )


def _answer(entry: RegisterEntry, opening: Opening, situation: Situation) -> OpenedStream | Denied:
    if isinstance(entry.decision, Denied):
        return entry.decision
    return OpenedStream(
        entry.id, opening.ticket, opening.act.now + TICKET_LIFETIME, entry.decision, situation
    )
