"""Take over what a lower platform says it has (article 4: 同步推送)."""

from collections.abc import Sequence
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.catalogue.inventory import InventoryItem, InventoryPoint, take_over
from pinegate.domain.city_profile import CityProfile
from pinegate.usecases.catalogue.ports import CatalogueTransaction, SyncOutcome
from pinegate.usecases.transaction import ChangeScope


def cameras_in(items: Sequence[InventoryItem], profile: CityProfile) -> list[InventoryPoint]:
    """What a catalogue answer adds to the catalogue; the last word counts where a code comes twice.

    Seconds of work for a large city: call it in a thread.
    """
    cameras = {
        item.channel_code: take_over(item, profile.divisions, profile.categories)
        for item in items
        if item.is_camera
    }
    return list(cameras.values())


async def sync_inventory(
    tx: CatalogueTransaction,
    device_id: str,
    cameras: Sequence[InventoryPoint],
    *,
    complete: bool,
    event_id: str,
    now: datetime,
) -> SyncOutcome:
    """Add, change and — only when the answer was ``complete`` — miss points.

    A short answer never removes anything: platforms in the field often break off (WVP issue 1425).
    """
    outcome = await tx.points.take_over(device_id, cameras, complete=complete and bool(cameras))
    await tx.audit.append(
        AuditEvent(
            event_id,
            AuditEventName.CATALOGUE_SYNCED,
            now,
            None,
            None,
            "device",
            device_id,
            details={
                "added": outcome.added,
                "changed": outcome.changed,
                "missing": outcome.missing,
                "complete": complete,
            },
        )
    )
    await tx.changes.publish(ChangeScope.POINT, *outcome.access_changed)
    return outcome


async def note_catalogue_change(
    tx: CatalogueTransaction,
    device_id: str,
    changed: Sequence[InventoryItem],
    removed: Sequence[str],
    health: dict[str, list[str]],
    profile: CityProfile,
    *,
    event_id: str,
    now: datetime,
) -> SyncOutcome | None:
    """A notification inside the subscription: ADD and UPDATE carry items, DEL codes, ON and OFF only health."""
    for state, codes in health.items():
        await tx.points.set_health(device_id, codes, state)
    gone = await tx.points.go_missing(device_id, removed) if removed else []
    if changed:
        cameras = cameras_in(changed, profile)
        outcome = await sync_inventory(tx, device_id, cameras, complete=False, event_id=event_id, now=now)
    elif gone:
        outcome = SyncOutcome(0, 0, len(gone), tuple(gone))
        await tx.audit.append(
            AuditEvent(
                event_id,
                AuditEventName.CATALOGUE_SYNCED,
                now,
                None,
                None,
                "device",
                device_id,
                details={"added": 0, "changed": 0, "missing": len(gone), "complete": False},
            )
        )
    else:
        return None
    await tx.changes.publish(ChangeScope.POINT, *gone)
    return outcome
