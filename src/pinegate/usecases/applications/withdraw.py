"""Steps that ask only for a stated reason and touch nothing but the paper: withdraw, propose to resume, archive."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import end_agreement, open_file, record_step


async def withdraw_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """The unit takes its application back; an agreement that nobody sealed is void."""
    stored = await move_paper(tx, application_id, ApplicationEvent.WITHDRAW, text, act)
    await end_agreement(tx, stored, act)
    return stored


async def move_paper(
    tx: ApplicationTransaction, application_id: str, event: ApplicationEvent, text: str, act: Act
) -> Application:
    """``propose_resume`` and ``archive``: nothing that a decision reads changes."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, event, text, act.person, act.now)
    return await record_step(tx, before, after, event, act, text)
