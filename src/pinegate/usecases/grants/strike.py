"""What ends, interrupts or restores a whole application's sharing (article 7; Annex 2 clause 3).

The caller has read ``application`` under lock and, where a person acts, knows that the person may know of it. Each
function publishes the access change itself, as its last act.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import move_by_consequence, move_with_reason, resume
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.grants.grant import GRANT, Grant, GrantEvent, move
from pinegate.domain.grants.revocation import ReceiptKind, RevocationReceipt, revocation_is_complete
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.work_orders.work_order import WorkOrderEvent
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import end_agreement, record_step
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.transaction import ChangeScope


async def suspend_application(
    tx: GrantTransaction,
    application: Application,
    actor: Actor,
    reason: str,
    now: datetime,
    new_id: Callable[[], str],
    client_host: str = "",
) -> Application:
    """Interrupt: the active grants are suspended; agreement, accounts and credentials stay."""
    act = Act(actor, now, new_id, client_host)
    moved = move_with_reason(application, ApplicationEvent.SUSPEND, reason, actor, now)
    stored = await record_step(tx, application, moved, ApplicationEvent.SUSPEND, act, reason)
    await move_grants(tx, application.id, GrantEvent.SUSPEND, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application.id)
    return stored


async def resume_application(
    tx: GrantTransaction,
    application: Application,
    actor: Actor,
    reason: str,
    now: datetime,
    new_id: Callable[[], str],
    client_host: str = "",
) -> Application:
    """Restore after a suspension: one person proposed, ``actor`` is another."""
    act = Act(actor, now, new_id, client_host)
    moved = resume(application, reason, actor, now)
    stored = await record_step(tx, application, moved, ApplicationEvent.RESUME, act, reason)
    await move_grants(tx, application.id, GrantEvent.RESUME, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application.id)
    return stored


async def revoke_application(
    tx: GrantTransaction,
    application: Application,
    actor: Actor | None,
    reason: str,
    now: datetime,
    new_id: Callable[[], str],
    client_host: str = "",
) -> Application:
    """及时收回乙方账号和操作权限，并关闭接口 (Annex 2 clause 3).

    Grants are revoked; where the system has no other running application, its roster is closed and its credentials
    are withdrawn; the agreement survives as a duty of confidence; the three receipts are written. The application is
    ``revoked`` at once when nothing plays any more, else ``revoking`` until :func:`complete_revocation` finds it so.

    ``actor`` None: the end date was reached, or the validity ran out (state ``terminating`` or ``expired``).
    """
    act = Act(actor, now, new_id, client_host)
    if actor is not None:
        event = ApplicationEvent.REVOKE
        moved = move_with_reason(application, event, reason, actor, now)
    else:
        expired = application.state is ApplicationState.EXPIRED
        event = ApplicationEvent.START_REVOCATION if expired else ApplicationEvent.END_DATE_REACHED
        moved = move_by_consequence(application, event)
    stored = await record_step(tx, application, moved, event, act, reason)
    await _withdraw_everything(tx, stored, act)
    await end_agreement(tx, stored, act)
    stored = await complete_revocation(tx, stored, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application.id)
    return stored


async def complete_revocation(tx: GrantTransaction, application: Application, act: Act) -> Application:
    """``revoking`` → ``revoked``, when the three receipts are there and no session lives; else as it was."""
    receipts = await tx.grants.receipts_of(application.id)
    live = await tx.grants.live_sessions(application.id)
    if not revocation_is_complete(receipts, live):
        return application
    event = ApplicationEvent.COMPLETE_REVOCATION
    by_itself = Act(None, act.now, act.new_id)
    return await record_step(tx, application, move_by_consequence(application, event), event, by_itself)


async def move_grants(
    tx: GrantTransaction, application_id: str, event: GrantEvent, act: Act
) -> Sequence[Grant]:
    """Move those grants of the application for which the table knows ``event``; gives all of them as they are now."""
    grants = await tx.grants.of_application(application_id, lock=True)
    movable = [grant for grant in grants if GRANT.find(grant.state, event) is not None]
    moved = {grant.id: move(grant, event) for grant in movable}
    await tx.grants.save(list(moved.values()))
    await tx.audit.append(
        *(
            act.event(
                AuditEventName.GRANT_MOVED,
                "grant",
                grant.id,
                event=event.value,
                application=application_id,
                point=grant.point_id,
                **{"from": grant.state.value, "to": moved[grant.id].state.value},
            )
            for grant in movable
        )
    )
    return [moved.get(grant.id, grant) for grant in grants]


async def _withdraw_everything(tx: GrantTransaction, application: Application, act: Act) -> None:
    grants = await move_grants(tx, application.id, GrantEvent.REVOKE, act)
    persons: Sequence[str] = ()
    keys: Sequence[str] = ()
    if not await tx.grants.system_is_shared_otherwise(application.system_id, application.id):
        persons = await tx.grants.close_roster(application.system_id)
        keys = await tx.grants.withdraw_credentials(application.system_id, act.now)
    orders = await tx.grants.call_off_orders(application.id, act.now)
    await tx.audit.append(
        *(
            act.event(
                AuditEventName.WORK_ORDER_MOVED, "work_order", order, event=WorkOrderEvent.CALL_OFF.value
            )
            for order in orders
        ),
        *(
            act.event(AuditEventName.CREDENTIAL_WITHDRAWN, "system", application.system_id, access_key=key)
            for key in keys
        ),
        *(
            act.event(
                AuditEventName.ROSTER_CHANGED, "system", application.system_id, person=person, on_roster=False
            )
            for person in persons
        ),
    )
    affected = {
        ReceiptKind.ACCOUNT: len(persons),
        ReceiptKind.PERMISSIONS: len(grants),
        ReceiptKind.INTERFACE: len(keys),
    }
    ordered_by = act.actor.person_id if act.actor else None
    for kind, count in affected.items():
        await tx.grants.add_receipt(RevocationReceipt(application.id, kind, count, ordered_by, act.now))
    await tx.audit.append(
        *(
            act.event(
                AuditEventName.RECEIPT_WRITTEN, "application", application.id, kind=kind.value, affected=count
            )
            for kind, count in affected.items()
        )
    )
