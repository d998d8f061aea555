"""市公安局同意 (article 5), whole or partial."""

from collections.abc import Mapping

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import consent
from pinegate.domain.catalogue.operation import Operation
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step


async def consent_to_application(
    tx: ApplicationTransaction,
    application_id: str,
    consented: Mapping[str, frozenset[Operation]],
    text: str,
    act: Act,
) -> Application:
    """See ``domain.applications.steps.consent``."""
    before = await open_file(tx, application_id, act.person)
    after = consent(before, consented, text, act.person, act.now)
    return await record_step(tx, before, after, ApplicationEvent.CONSENT, act, text)
