"""What the access use cases need of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.domain.access.request import AccessFacts, AccessRequest, Allowed, Denied
from pinegate.domain.access.session_end import End
from pinegate.domain.access.tracks import Track
from pinegate.domain.audit.event import AuditEvent
from pinegate.usecases.streams.media_engine import SessionEnded
from pinegate.usecases.transaction import AuditLog


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What is asked, over which output, and through which portal session (None: the access interface).

    What is done at once has no output.
    """

    access: AccessRequest
    protocol: str = ""
    portal_session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision reads, and the names that are shown over the picture.

    ``signed_in``: the portal session through which was asked still runs (true where none was).
    """

    facts: AccessFacts
    signed_in: bool = True
    person_name: str = ""
    organization_name: str = ""
    system_name: str = ""
    point_name: str = ""

    @property
    def organization_id(self) -> str:
        """The unit in whose name was asked: the person's, else the system's."""
        party = self.facts.person or self.facts.system
        return party.organization_id if party else ""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the access register, which for an allowed stream is also the play session.

    A stream has a ticket; what is done at once (a snapshot, a control) has none and starts as it is asked.
    """

    id: str
    request: AccessRequest
    organization_id: str
    decision: Allowed | Denied
    requested_at: datetime
    portal_session_id: str | None = None
    protocol: str = ""
    ticket_digest: bytes | None = None
    ticket_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket that nobody came with yet, its row locked until the transaction ends."""

    session_id: str
    request: AccessRequest
    protocol: str
    tracks: frozenset[Track]
    portal_session_id: str | None
    expires_at: datetime
    situation: Situation


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A play session that runs, or whose ticket is still out, with everything to re-evaluate it.

    ``tracks`` are those it was opened with: what is granted later is had by asking anew.
    """

    id: str
    request: AccessRequest
    tracks: frozenset[Track]
    situation: Situation


@dataclass(frozen=True, slots=True)
class ClosedEntry:
    """A session whose end has just been written down."""

    id: str
    portal_session_id: str | None
    end: End
    person_id: str
    organization_id: str
    point_id: str
    bytes_sent: int


class AccessStore(Protocol):
    """The access register and the facts behind decisions."""

    async def lock_out_changes(self) -> None:
        """Keep every access change out until this transaction ends."""
        ...

    async def situations(self, asked: Sequence[StreamRequest]) -> Sequence[Situation]:
        """The facts of this moment for each, in their order."""
        ...

    async def register(self, entries: Sequence[RegisterEntry], events: Sequence[AuditEvent]) -> None:
        """Write the lines and their audit events, by one statement: this is the path that every picture takes."""
        ...

    async def tickets(self, digests: Sequence[bytes]) -> Mapping[bytes, IssuedTicket]:
        """Those that may still be redeemed: their rows, locked, with the facts of this moment."""
        ...

    async def known_tickets(self, digests: Sequence[bytes]) -> Collection[bytes]:
        """Those that were ever issued. Locks nothing."""
        ...

    async def start(self, allowed: Mapping[str, Allowed], now: datetime) -> None:
        """These sessions are live."""
        ...

    async def end(self, ended: Sequence[SessionEnded], now: datetime) -> Sequence[ClosedEntry]:
        """Write down the ends; gives those that were still open. Byte counts only ever rise."""
        ...


class AccessTransaction(Protocol):
    """What these use cases see of a transaction."""

    @property
    def access(self) -> AccessStore: ...

    @property
    def audit(self) -> AuditLog: ...
