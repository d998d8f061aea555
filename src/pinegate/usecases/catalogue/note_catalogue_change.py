"""A notification inside the subscription to a lower platform's catalogue (article 4: 同步推送)."""

from collections.abc import Mapping, Sequence

from pinegate.domain.catalogue.inventory import InventoryItem
from pinegate.domain.city_profile import CityProfile
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction, SyncOutcome
from pinegate.usecases.catalogue.sync_inventory import cameras_in, sync_inventory
from pinegate.usecases.catalogue.sync_step import record_sync
from pinegate.usecases.transaction import ChangeScope


async def note_catalogue_change(
    tx: CatalogueTransaction,
    device_id: str,
    changed: Sequence[InventoryItem],
    removed: Sequence[str],
    health: Mapping[str, Sequence[str]],
    act: Act,
    *,
    profile: CityProfile,
) -> SyncOutcome | None:
    """ADD and UPDATE carry items, DEL codes, ON and OFF only health. None: nothing but health changed."""
    for state, codes in health.items():
        await tx.points.set_health(device_id, codes, state)
    gone = await tx.points.go_missing(device_id, removed) if removed else []
    if changed:
        outcome = await sync_inventory(tx, device_id, cameras_in(changed, profile), act, complete=False)
        await tx.changes.publish(ChangeScope.POINT, *gone)
        return outcome
    if not gone:
        return None
    outcome = SyncOutcome(0, 0, len(gone), tuple(gone))
    await record_sync(tx, device_id, outcome, act, complete=False)
    return outcome
