"""One person proposes that a suspended sharing be resumed; another resumes it (``grants.resume``)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def propose_resume(tx: ApplicationTransaction, application_id: str, text: str, act: Act) -> Application:
    """Nothing that a decision reads changes."""
    before = await open_file(tx, application_id, act.person)
    after = move_with_reason(before, ApplicationEvent.PROPOSE_RESUME, text, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.PROPOSE_RESUME, act, text)
