"""What is done at once rather than watched: a snapshot, a camera control. Decided and registered before it happens."""

from dataclasses import dataclass

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import AccessRequest, Allowed, Denied
from pinegate.usecases.access.decision_events import decided
from pinegate.usecases.access.ports import AccessTransaction, RegisterEntry, Situation, StreamRequest
from pinegate.usecases.act import Act


@dataclass(frozen=True, slots=True)
class AuthorizedAction:
    """Yes, and registered; ``end_sessions`` closes the entry when it is done."""

    session_id: str
    allowed: Allowed
    situation: Situation


async def authorize_action(
    tx: AccessTransaction,
    request: AccessRequest,
    portal_session_id: str | None,
    act: Act,
) -> AuthorizedAction | Denied:
    """Decide and write the answer down. The caller commits before anything is done: no audit, no picture.

    Access changes are kept out meanwhile: what is done at once is not re-evaluated afterwards, so the register must
    say "allowed" before a change that would deny it is answered.
    """
    await tx.access.lock_out_changes()
    (situation,) = await tx.access.situations([StreamRequest(request, "", portal_session_id)])
    decision = decide_access(request, situation.facts, act.now)
    entry = RegisterEntry(
        id=act.new_id(),
        request=request,
        organization_id=situation.organization_id,
        decision=decision,
        requested_at=act.now,
        portal_session_id=portal_session_id,
    )
    await tx.access.register([entry], [decided(entry, act)])
    if isinstance(decision, Denied):
        return decision
    return AuthorizedAction(entry.id, decision, situation)
