"""对接确定 (Annex 1 note 3): with the police and the political-legal committee, before submission."""

from pinegate.domain.applications import steps
from pinegate.domain.applications.application import Application, Consultation
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def record_consultation(
    tx: ApplicationTransaction, application_id: str, consultation: Consultation, act: Act
) -> Application:
    """Keep the record; police and committee are told that it was made in their name."""
    before = await open_file(tx, application_id, act.person)
    after = steps.record_consultation(before, consultation, act.person)
    text = (
        f"{consultation.held_on.isoformat()} {consultation.police_official} {consultation.committee_official}"
    )
    return await record_step(tx, before, after, ApplicationEvent.RECORD_CONSULTATION, act, text)
