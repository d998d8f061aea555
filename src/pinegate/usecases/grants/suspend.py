"""A running sharing is interrupted (article 7); agreement, accounts and credentials stay."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.domain.grants.grant import GrantEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.grants.move_grants import move_grants
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.transaction import ChangeScope


async def suspend_application(
    tx: GrantTransaction, application: Application, reason: str, act: Act
) -> Application:
    """``application``: read under lock, and the actor may know of it. Its access change is published last."""
    moved = move_with_reason(application, ApplicationEvent.SUSPEND, reason, act.person, act.now)
    stored = await record_step(tx, application, moved, ApplicationEvent.SUSPEND, act, reason)
    await move_grants(tx, application.id, GrantEvent.SUSPEND, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application.id)
    return stored
