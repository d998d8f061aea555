"""The end of play sessions, written down with its reason."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pinegate.usecases.access.decision_events import ended
from pinegate.usecases.access.ports import AccessTransaction, ClosedEntry
from pinegate.usecases.streams.media_engine import SessionEnded


async def end_sessions(
    tx: AccessTransaction,
    ends: Sequence[SessionEnded],
    *,
    now: datetime,
    new_id: Callable[[], str],
) -> Sequence[ClosedEntry]:
    """Write the ends into the register and the audit log; the engine has closed them already.

    A session whose end is known keeps its first reason; only its byte count may still rise.
    """
    if not ends:
        return ()
    newly = await tx.access.end(ends, now)
    await tx.audit.append(*(ended(session, new_id(), now) for session in newly))
    return newly
