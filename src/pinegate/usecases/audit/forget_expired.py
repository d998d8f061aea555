"""Delete what was kept for as long as it had to be; that something went, and how much, stays in the log."""

from collections.abc import Sequence

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.audit.ports import RetentionTransaction

_AT_ONCE = 5_000


async def forget_expired(tx: RetentionTransaction, act: Act) -> Sequence[str]:
    """One bounded batch; the kinds of which something went, or nothing when nothing is past its time."""
    forgotten = {
        name: count for name, count in (await tx.retention.forget_expired(_AT_ONCE)).items() if count
    }
    if forgotten:
        await tx.audit.append(
            act.event(AuditEventName.RECORDS_FORGOTTEN, "records", "", **dict(sorted(forgotten.items())))
        )
    return list(forgotten)
