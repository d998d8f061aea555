"""Take over what a lower platform says it has (article 4: 同步推送)."""

from collections.abc import Sequence

from pinegate.domain.catalogue.inventory import InventoryItem, InventoryPoint, take_over
from pinegate.domain.city_profile import CityProfile
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction, SyncOutcome
from pinegate.usecases.catalogue.sync_step import record_sync


def cameras_in(
    items: Sequence[InventoryItem], profile: CityProfile, device_code: str = ""
) -> list[InventoryPoint]:
    """What an answer of ``device_code`` adds to the catalogue; the last word counts where a code comes twice.

    A camera that registers by itself often has a recorder's code (118) and lists itself: where no other camera is
    listed, the device is one. Seconds of work for a large city: call it in a thread.
    """
    listed = [item for item in items if item.is_camera]
    listed = listed or [item for item in items if item.channel_code == device_code]
    cameras = {item.channel_code: take_over(item, profile.divisions, profile.categories) for item in listed}
    return list(cameras.values())


async def sync_inventory(
    tx: CatalogueTransaction, device_id: str, cameras: Sequence[InventoryPoint], act: Act, *, complete: bool
) -> SyncOutcome:
    """Add, change and — only when the answer was ``complete`` — miss points.

    A short answer never removes anything: platforms in the field often break off (WVP issue 1425).
    """
    outcome = await tx.points.take_over(device_id, cameras, complete=complete and bool(cameras))
    await record_sync(tx, device_id, outcome, act, complete=complete)
    return outcome
