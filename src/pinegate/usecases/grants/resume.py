"""A suspended sharing runs again: one person proposed it, another resumes."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import resume
from pinegate.domain.grants.grant import GrantEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file, record_step
from pinegate.usecases.grants.move_grants import move_grants
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.transaction import ChangeScope


async def resume_application(tx: GrantTransaction, application_id: str, text: str, act: Act) -> Application:
    """``text``: on what grounds."""
    before = await open_file(tx, application_id, act.person)
    after = resume(before, text, act.person, act.now)
    stored = await record_step(tx, before, after, ApplicationEvent.RESUME, act, text)
    await move_grants(tx, application_id, GrantEvent.RESUME, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application_id)
    return stored
