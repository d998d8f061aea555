"""The bureau approves; the agreement of Annex 2 is prepared over exactly what was approved (articles 5 and 6)."""

from collections.abc import Callable

from pinegate.domain.agreements.agreement import AgreementEvent, prepare
from pinegate.domain.agreements.schedule import schedule_of
from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import approve
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import record_agreement_step
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def approve_application(
    tx: ApplicationTransaction,
    application_id: str,
    text: str,
    text_version: int,
    sm3: Callable[[bytes], str],
    act: Act,
) -> Application:
    """Another person than the reviewer approves.

    ``text_version``: of the agreement's wording that is to be signed. ``sm3``: digest (hex) of bytes.
    """
    before = await open_file(tx, application_id, act.person)
    after = approve(before, text, act.person, act.now)
    stored = await record_step(tx, before, after, ApplicationEvent.APPROVE, act, text)
    agreement = prepare(act.new_id(), stored, text_version, sm3(schedule_of(stored)))
    await record_agreement_step(tx, None, agreement, AgreementEvent.PREPARE, act)
    return stored
