"""The unit takes its application back."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import end_agreement
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def withdraw_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """An agreement that nobody sealed is void."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, ApplicationEvent.WITHDRAW, text, act.person, act.now)
    stored = await record_step(tx, before, after, ApplicationEvent.WITHDRAW, act, text)
    await end_agreement(tx, stored, act)
    return stored
