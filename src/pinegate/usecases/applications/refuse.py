"""Police or bureau refuse the application (article 5)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import refuse
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def refuse_application(
    tx: ApplicationTransaction, application_id: str, event: ApplicationEvent, text: str, act: Act
) -> Application:
    """``event``: ``refuse_consent`` or ``refuse_approval``; ``text``: why."""
    before = await open_file(tx, application_id, act.person)
    after = refuse(before, event, text, act.person, act.now)
    return await record_step(tx, before, after, event, act, text)
