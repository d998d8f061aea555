"""What every step of an agreement has in common: read after its application, store, audit."""

from pinegate.domain.agreements.agreement import Agreement, AgreementEvent, end_sharing
from pinegate.domain.applications.application import Application
from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.errors import NotFoundError


async def open_agreement(
    tx: ApplicationTransaction, agreement_id: str, act: Act
) -> tuple[Application, Agreement]:
    """Both locked, the application first as in every other step: no two steps wait for each other.

    Raises:
        NotFoundError: there is none, or the actor may not know of it.
    """
    unlocked = await tx.agreements.get(agreement_id)
    if unlocked is None:
        raise NotFoundError
    application = await open_file(tx, unlocked.application_id, act.person)
    agreement = await tx.agreements.get(agreement_id, lock=True)
    if agreement is None:
        raise NotFoundError
    return application, agreement


async def record_agreement_step(
    tx: ApplicationTransaction,
    before: Agreement | None,
    after: Agreement,
    event: AgreementEvent,
    act: Act,
    text: str = "",
) -> None:
    """Store ``after`` with its audit event. ``before`` None: it is new."""
    if before is None:
        await tx.agreements.add(after, act.now)
    else:
        await tx.agreements.save(after, act.now)
    await tx.audit.append(
        act.step_event(
            AuditEventName.AGREEMENT_MOVED,
            "agreement",
            after.id,
            event,
            before.state if before else None,
            after.state,
            application=after.application_id,
            schedule_digest=after.schedule_digest,
            text=text.strip(),
        )
    )


async def end_agreement(tx: ApplicationTransaction, application: Application, act: Act) -> Agreement | None:
    """The agreement of a sharing that ends or never began: surviving as a duty, or void. None: there was none."""
    agreement = await tx.agreements.of_application(application.id, lock=True)
    if agreement is None:
        return None
    ended = end_sharing(agreement)
    await record_agreement_step(tx, agreement, ended, AgreementEvent.SHARING_ENDED, act)
    return ended
