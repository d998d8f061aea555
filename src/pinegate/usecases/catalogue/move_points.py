"""Catalogue, list, delist, retire (article 4: 目录编制、资源上架)."""

from collections.abc import Sequence
from dataclasses import dataclass

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.catalogue.camera_record import listing_faults
from pinegate.domain.catalogue.listing import ListingEvent, ListingState, decide_listing
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction, KnownPoint
from pinegate.usecases.transaction import ChangeScope


@dataclass(frozen=True, slots=True)
class MoveOutcome:
    """Which points moved, and which were refused and why: many are moved at once, and one bad one stops no other."""

    moved: tuple[str, ...]
    refused: tuple[tuple[str, Refusal], ...]


async def move_points(
    tx: CatalogueTransaction,
    point_ids: Sequence[str],
    event: ListingEvent,
    reason: str,
    act: Act,
    *,
    profile: CityProfile,
) -> MoveOutcome:
    """Do ``event`` to each point that allows it."""
    moved: dict[ListingState, list[str]] = {}
    refused: list[tuple[str, Refusal]] = []
    events: list[AuditEvent] = []
    for point in await tx.points.get(point_ids):
        try:
            target = _target_state(point, event, act.person, profile)
        except RuleRefusedError as refusal:
            refused.append((point.id, refusal.refusal))
            continue
        moved.setdefault(target, []).append(point.id)
        events.append(
            act.step_event(
                AuditEventName.POINT_MOVED,
                "camera_point",
                point.id,
                event,
                point.listing.state,
                target,
                reason=reason,
            )
        )
    for target, ids in moved.items():
        await tx.points.move(ids, target, act.person.person_id, listed=event is ListingEvent.LIST)
    await tx.audit.append(*events)
    everything = tuple(point_id for ids in moved.values() for point_id in ids)
    await tx.changes.publish(ChangeScope.POINT, *everything)
    return MoveOutcome(everything, tuple(refused))


def _target_state(point: KnownPoint, event: ListingEvent, actor: Actor, profile: CityProfile) -> ListingState:
    target = decide_listing(point.listing, event, actor)
    if event in (ListingEvent.CATALOGUE, ListingEvent.LIST):
        faults = listing_faults(point.record, profile.divisions, profile.bounds)
        blocking = next((fault for fault in faults if fault.blocks), None)
        if blocking is not None:
            raise RuleRefusedError(
                Refusal.RECORD_INCOMPLETE, {"field": blocking.field, "fault": blocking.code}
            )
    return target
