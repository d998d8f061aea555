"""What every step has in common: read under lock, store, audit, notify those concerned."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.notices import recipients_of
from pinegate.domain.applications.readers import may_read
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.errors import NotFoundError


async def open_file(
    tx: ApplicationTransaction, application_id: str, reader: Actor, *, lock: bool = True
) -> Application:
    """The application, locked until the transaction ends.

    Raises:
        NotFoundError: there is none, or ``reader`` may not know of it.
    """
    application = await tx.applications.get(application_id, lock=lock)
    if application is None or not may_read(application, reader):
        raise NotFoundError
    return application


async def record_step(
    tx: ApplicationTransaction,
    before: Application,
    after: Application,
    event: ApplicationEvent,
    act: Act,
    text: str = "",
) -> Application:
    """Store ``after`` with its audit event, and post the notices of ``event``. Gives the stored application."""
    stored = await tx.applications.save(after, act.now)
    await tx.audit.append(
        act.step_event(
            AuditEventName.APPLICATION_MOVED,
            "application",
            after.id,
            event,
            before.state,
            after.state,
            text=text.strip(),
        )
    )
    await _notify(tx, before, after, event, act, text)
    return stored


async def _notify(
    tx: ApplicationTransaction,
    before: Application,
    after: Application,
    event: ApplicationEvent,
    act: Act,
    text: str,
) -> None:
    kinds = recipients_of(event, after.round)
    addressed = list(await tx.notices.organizations_of(kinds - {OrganizationKind.USING_UNIT}))
    if OrganizationKind.USING_UNIT in kinds:
        addressed.append(after.organization_id)
    details = {
        "number": after.number,
        "event": event.value,
        "from": before.state.value,
        "to": after.state.value,
        "text": text.strip(),
    }
    if len(after.opinions) > len(before.opinions):
        details["decision"] = after.opinions[-1].decision
    for organization_id in addressed:
        await tx.notices.post(act.new_id(), organization_id, "application.moved", after.id, details, act.now)
