"""The police say which points may be shared (article 4: 可共享的视频资源)."""

from collections.abc import Sequence

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction
from pinegate.usecases.transaction import ChangeScope


async def mark_sharing(
    tx: CatalogueTransaction, point_ids: Sequence[str], shareable: bool, reason: str, act: Act
) -> int:
    """Set or withdraw the mark; how many points changed. Withdrawing needs a reason and cuts running pictures."""
    Permission.MARK_SHARING.require(act.person)
    if not shareable and not reason.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "reason"})
    known = await tx.points.get(point_ids)
    if shareable and any(point.listing.secret for point in known):
        raise RuleRefusedError(Refusal.SECRET_POINT)
    changing = [point.id for point in known if point.listing.sharing_mark is not shareable]
    if not changing:
        return 0
    await tx.points.mark(changing, shareable, act.person.person_id)
    name = AuditEventName.SHARING_MARK_SET if shareable else AuditEventName.SHARING_MARK_WITHDRAWN
    await tx.audit.append(
        *(act.event(name, "camera_point", point_id, reason=reason.strip()) for point_id in changing)
    )
    await tx.changes.publish(ChangeScope.POINT, *changing)
    return len(changing)
