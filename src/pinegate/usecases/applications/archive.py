"""The bureau puts a file that is over into the archive (Annex 1 note 4)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def archive_application(
    tx: ApplicationTransaction, application_id: str, text: str, act: Act
) -> Application:
    """From then on the file is only read."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, ApplicationEvent.ARCHIVE, text, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.ARCHIVE, act, text)
