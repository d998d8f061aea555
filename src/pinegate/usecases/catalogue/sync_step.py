"""What every news from a lower platform's catalogue has in common: how it is written down."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction, SyncOutcome
from pinegate.usecases.transaction import ChangeScope


async def record_sync(
    tx: CatalogueTransaction, device_id: str, outcome: SyncOutcome, act: Act, *, complete: bool
) -> None:
    """The audit event and the access change of ``outcome``."""
    await tx.audit.append(
        act.event(
            AuditEventName.CATALOGUE_SYNCED,
            "device",
            device_id,
            added=outcome.added,
            changed=outcome.changed,
            missing=outcome.missing,
            complete=complete,
        )
    )
    await tx.changes.publish(ChangeScope.POINT, *outcome.access_changed)
