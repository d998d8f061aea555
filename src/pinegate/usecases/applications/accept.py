"""The police clerk takes the file into review (article 5)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import accept
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def accept_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """``text``: the clerk's opinion."""
    before = await open_file(tx, application_id, act.person)
    after = accept(before, text, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.ACCEPT, act, text)
