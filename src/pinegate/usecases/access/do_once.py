"""What is done at once rather than watched: a snapshot, a camera control. Decided and registered before it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import AccessRequest, Allowed, Denied
from pinegate.usecases.access.decision_events import decided
from pinegate.usecases.access.ports import AccessTransaction, RegisterEntry, Situation


@dataclass(frozen=True, slots=True)
class Permitted:
    """Yes, and registered; ``end_sessions`` closes the entry when it is done."""

    session_id: str
    allowed: Allowed
    situation: Situation


async def ask_to_do(
    tx: AccessTransaction,
    request: AccessRequest,
    *,
    portal_session_id: str | None,
    now: datetime,
    new_id: Callable[[], str],
) -> Permitted | Denied:
    """Decide and write the answer down. The caller commits before anything is done: no audit, no picture.

    Access changes are kept out meanwhile, as in ``redeem_ticket``.
    """
    await tx.access.lock_out_changes()
    situation = await tx.access.situation(request, portal_session_id)
    decision = decide_access(request, situation.facts, now)
    entry = RegisterEntry(
        id=new_id(),
        request=request,
        organization_id=situation.organization_id,
        decision=decision,
        requested_at=now,
        portal_session_id=portal_session_id,
    )
    await tx.access.register(entry, decided(entry, new_id()))
    if isinstance(decision, Denied):
        return decision
    return Permitted(entry.id, decision, situation)
