"""The file goes back: to the unit by police or bureau, or from the bureau to the police (article 5)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import give_back
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def give_back_application(
    tx: ApplicationTransaction, application_id: str, event: ApplicationEvent, text: str, act: Act
) -> Application:
    """``event``: ``return_by_police``, ``return_by_bureau`` or ``return_to_police``; ``text``: why."""
    before = await open_file(tx, application_id, act.person)
    after = give_back(before, event, text, act.person, act.now)
    return await record_step(tx, before, after, event, act, text)
