"""A revocation is complete when its three receipts are there and nothing plays any more (Annex 2 clause 3)."""

from collections.abc import Sequence

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import move_by_consequence
from pinegate.domain.grants.revocation import revocation_is_complete
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.grants.ports import GrantTransaction


async def complete_revocation(tx: GrantTransaction, application: Application, act: Act) -> Application:
    """``revoking`` → ``revoked`` where it is complete; else as it was."""
    receipts = await tx.grants.receipts_of(application.id)
    live = await tx.grants.live_sessions(application.id)
    if not revocation_is_complete(receipts, live):
        return application
    event = ApplicationEvent.COMPLETE_REVOCATION
    moved = move_by_consequence(application, event)
    return await record_step(tx, application, moved, event, act.consequence)


async def complete_revocations(tx: GrantTransaction, act: Act) -> Sequence[str]:
    """Finish every revocation whose last session has ended meanwhile; gives the applications now ``revoked``."""
    done: list[str] = []
    for application_id in await tx.grants.applications_being_revoked():
        application = await tx.applications.get(application_id, lock=True)
        if application is None or application.state is not ApplicationState.REVOKING:
            continue
        if (await complete_revocation(tx, application, act)).state is ApplicationState.REVOKED:
            done.append(application_id)
    return done
