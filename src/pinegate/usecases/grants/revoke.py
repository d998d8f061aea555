"""及时收回乙方账号和操作权限，并关闭接口 (article 7; Annex 2 clause 3)."""

from collections.abc import Sequence

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.applications.steps import move_by_consequence, move_with_reason
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.grants.grant import GrantEvent
from pinegate.domain.grants.revocation import ReceiptKind, RevocationReceipt
from pinegate.domain.work_orders.work_order import WORK_ORDER, WorkOrderEvent, WorkOrderState
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import end_agreement
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.grants.complete_revocation import complete_revocation
from pinegate.usecases.grants.move_grants import move_grants
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.transaction import ChangeScope


async def revoke_application(
    tx: GrantTransaction, application: Application, reason: str, act: Act
) -> Application:
    """End the sharing. ``application``: read under lock, and the actor may know of it.

    Grants are revoked; where the system has no other running application, its roster is closed and its credentials
    are withdrawn; the agreement survives as a duty of confidence; the three receipts are written. The application is
    ``revoked`` at once when nothing plays any more, else ``revoking`` until ``complete_revocation`` finds it so.

    Without an actor the end date was reached, or the validity ran out (state ``terminating`` or ``expired``).
    The access change is published last.
    """
    event = _event(application, act)
    if act.actor is None:
        moved = move_by_consequence(application, event)
    else:
        moved = move_with_reason(application, event, reason, act.actor, act.now)
    stored = await record_step(tx, application, moved, event, act, reason)
    await _withdraw_everything(tx, stored, act)
    await end_agreement(tx, stored, act)
    stored = await complete_revocation(tx, stored, act)
    await tx.changes.publish(ChangeScope.APPLICATION, application.id)
    return stored


def _event(application: Application, act: Act) -> ApplicationEvent:
    if act.actor is not None:
        return ApplicationEvent.REVOKE
    expired = application.state is ApplicationState.EXPIRED
    return ApplicationEvent.START_REVOCATION if expired else ApplicationEvent.END_DATE_REACHED


async def _withdraw_everything(tx: GrantTransaction, application: Application, act: Act) -> None:
    grants = await move_grants(tx, application.id, GrantEvent.REVOKE, act)
    persons: Sequence[str] = ()
    keys: Sequence[str] = ()
    if not await tx.grants.system_is_shared_otherwise(application.system_id, application.id):
        persons = await _close_roster(tx, application.system_id, act)
        keys = await _withdraw_credentials(tx, application.system_id, act)
    await _call_off_orders(tx, application.id, act)
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


async def _close_roster(tx: GrantTransaction, system_id: str, act: Act) -> Sequence[str]:
    persons = await tx.grants.close_roster(system_id)
    await tx.audit.append(
        *(
            act.event(AuditEventName.ROSTER_CHANGED, "system", system_id, person=person, on_roster=False)
            for person in persons
        )
    )
    return persons


async def _withdraw_credentials(tx: GrantTransaction, system_id: str, act: Act) -> Sequence[str]:
    keys = await tx.grants.withdraw_credentials(system_id, act.now)
    await tx.audit.append(
        *(act.event(AuditEventName.CREDENTIAL_WITHDRAWN, "system", system_id, access_key=key) for key in keys)
    )
    return keys


async def _call_off_orders(tx: GrantTransaction, application_id: str, act: Act) -> None:
    event, before = WorkOrderEvent.CALL_OFF, WorkOrderState.OPEN
    after = WORK_ORDER.step(before, event)
    orders = await tx.grants.close_open_orders(application_id, after, act.now)
    await tx.audit.append(
        *(
            act.step_event(AuditEventName.WORK_ORDER_MOVED, "work_order", order, event, before, after)
            for order in orders
        )
    )
