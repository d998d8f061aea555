"""The end of play sessions, written down with its reason."""

from collections.abc import Sequence

from pinegate.usecases.access.decision_events import ended
from pinegate.usecases.access.ports import AccessTransaction, ClosedEntry
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import SessionEnded


async def end_sessions(
    tx: AccessTransaction, ends: Sequence[SessionEnded], act: Act
) -> Sequence[ClosedEntry]:
    """Write the ends into the register and the audit log; the engine has closed them already.

    A session whose end is known keeps its first reason; only its byte count may still rise.
    """
    if not ends:
        return ()
    newly = await tx.access.end(ends, act.now)
    await tx.audit.append(*(ended(session, act) for session in newly))
    return newly
