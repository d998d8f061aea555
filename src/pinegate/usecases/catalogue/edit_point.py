"""The operator's cataloguer edits a point's record (article 4: 目录编制、资源更新)."""

from collections.abc import Mapping
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.catalogue.camera_record import record_faults
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.catalogue.ports import CatalogueTransaction, PointEdit
from pinegate.usecases.errors import NotFoundError, StaleVersionError
from pinegate.usecases.transaction import ChangeScope

_SOURCE_CLASSES = frozenset({"gov_invested", "social"})


async def edit_point(
    tx: CatalogueTransaction,
    actor: Actor,
    point_id: str,
    version: int,
    edit: PointEdit,
    profile: CityProfile,
    now: datetime,
    event_id: str,
    client_host: str = "",
) -> None:
    """Store the edit. A listed point falls back to ``catalogued``: another person lists it again.

    Raises:
        RuleRefusedError: not the actor's role; a field outside its list, with the field's name.
        StaleVersionError: ``version`` is not the present one.
    """
    Permission.EDIT_POINTS.require(actor)
    _check(edit, profile)
    known = await tx.points.get([point_id])
    if not known:
        raise NotFoundError
    point = known[0]
    if point.version != version:
        raise StaleVersionError
    if point.listing.state is ListingState.RETIRED:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": point.listing.state})
    was_listed = point.listing.state is ListingState.LISTED
    state = ListingState.CATALOGUED if was_listed else point.listing.state
    await tx.points.edit(point_id, edit, actor.person_id, state)
    details: Mapping[str, str] = {"from": point.listing.state.value, "to": state.value, "name": edit.name}
    await tx.audit.append(
        AuditEvent(
            event_id,
            AuditEventName.POINT_EDITED,
            now,
            actor.person_id,
            actor.organization_id,
            "camera_point",
            point_id,
            client_host,
            details,
        )
    )
    if was_listed:
        await tx.changes.publish(ChangeScope.POINT, point_id)


def _check(edit: PointEdit, profile: CityProfile) -> None:
    divisions = profile.divisions
    wrong = {
        "name": not edit.name.strip(),
        "division_code": bool(edit.division_code) and not divisions.knows(edit.division_code),
        "township_code": bool(edit.township_code) and not divisions.knows(edit.township_code),
        "category": bool(edit.category) and edit.category not in profile.categories.names,
        "source_class": edit.source_class not in _SOURCE_CLASSES,
    }
    named = next((field for field, is_wrong in wrong.items() if is_wrong), None)
    faults = record_faults(edit.values, profile.camera_fields)
    if named is None and faults:
        named = faults[0].field
    if named is not None:
        raise RuleRefusedError(Refusal.FIELD_MISSING, {"field": named})
