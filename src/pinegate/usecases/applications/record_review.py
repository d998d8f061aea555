"""The bureau's reviewer writes down the review on which the approver decides (article 5)."""

from pinegate.domain.applications import steps
from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def record_review(tx: ApplicationTransaction, application_id: str, text: str, act: Act) -> Application:
    """``text``: the review."""
    before = await open_file(tx, application_id, act.person)
    after = steps.record_review(before, text, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.RECORD_REVIEW, act, text)
