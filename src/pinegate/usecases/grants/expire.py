"""What ends by its date. Run by the scheduler; pictures stop by the decision itself, to the second."""

from collections.abc import Sequence

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import PICTURES_FLOW, ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import move_by_consequence
from pinegate.domain.calendar import day_of
from pinegate.domain.grants.grant import GrantEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.grants.move_grants import move_grants
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.grants.revoke import revoke_application

_RUNNING = PICTURES_FLOW | {ApplicationState.SUSPENDED}


async def expire_due(tx: GrantTransaction, act: Act) -> Sequence[str]:
    """End the first running application whose last day is over; gives its id, or nothing when none is due.

    ``terminating`` ends by the unit's own notice (Annex 2 clause 3), the others expire; both are then revoked with
    their three receipts. One a transaction: publishing its change takes the lock that must come last.
    """
    for application_id in await tx.grants.applications_ended_by(day_of(act.now)):
        application = await tx.applications.get(application_id, lock=True)
        if application is None or application.state not in _RUNNING:
            continue
        if application.state is not ApplicationState.TERMINATING:
            application = await _expire(tx, application, act)
        await revoke_application(tx, application, "", act)
        return [application_id]
    return []


async def _expire(tx: GrantTransaction, application: Application, act: Act) -> Application:
    moved = move_by_consequence(application, ApplicationEvent.EXPIRE)
    stored = await record_step(tx, application, moved, ApplicationEvent.EXPIRE, act)
    await move_grants(tx, application.id, GrantEvent.EXPIRE, act)
    return stored
