"""Approved, but never sealed: the application lapses. Run by the scheduler."""

from collections.abc import Sequence
from datetime import timedelta

from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import move_by_consequence
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import end_agreement
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import record_step


async def lapse_unsigned(tx: ApplicationTransaction, after: timedelta, act: Act) -> Sequence[str]:
    """Lapse what has waited for its seals for longer than ``after`` [D]; gives the applications' ids."""
    lapsed: list[str] = []
    for application_id in await tx.applications.unsigned_since(act.now - after):
        before = await tx.applications.get(application_id, lock=True)
        if before is None or before.state is not ApplicationState.AGREEMENT_PENDING:
            continue
        moved = move_by_consequence(before, ApplicationEvent.AGREEMENT_TIMEOUT)
        stored = await record_step(tx, before, moved, ApplicationEvent.AGREEMENT_TIMEOUT, act)
        await end_agreement(tx, stored, act)
        lapsed.append(application_id)
    return lapsed
