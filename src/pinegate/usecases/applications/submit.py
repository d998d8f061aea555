"""The leader hands the sealed form in."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import submit
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def submit_application(tx: ApplicationTransaction, application_id: str, act: Act) -> Application:
    """Raises what ``domain.applications.steps.submit`` raises."""
    before = await open_file(tx, application_id, act.person)
    asked = {point.point_id for point in before.points}
    listed = await tx.applications.listed_points(act.person, asked, act.now)
    after = submit(before, listed, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.SUBMIT, act)
