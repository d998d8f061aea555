"""The operator's cataloguer edits a point's record (article 4: 目录编制、资源更新)."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.catalogue.camera_record import record_faults
from pinegate.domain.catalogue.listing import ListingEvent, decide_listing
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.ports import CatalogueTransaction, PointEdit
from pinegate.usecases.errors import NotFoundError, StaleVersionError
from pinegate.usecases.transaction import ChangeScope

_SOURCE_CLASSES = frozenset({"gov_invested", "social"})


async def edit_point(
    tx: CatalogueTransaction,
    point_id: str,
    version: int,
    edit: PointEdit,
    act: Act,
    *,
    profile: CityProfile,
) -> None:
    """Store the edit. A listed point falls back to ``catalogued``: another person lists it again.

    Raises:
        RuleRefusedError: not the actor's role; a field outside its list, with the field's name.
        StaleVersionError: ``version`` is not the present one.
    """
    Permission.EDIT_POINTS.require(act.person)
    _check(edit, profile)
    known = await tx.points.get([point_id])
    if not known:
        raise NotFoundError
    point = known[0]
    if point.version != version:
        raise StaleVersionError
    before = point.listing.state
    after = decide_listing(point.listing, ListingEvent.EDIT, act.person)
    await tx.points.edit(point_id, edit, act.person.person_id, after)
    await tx.audit.append(
        act.step_event(
            AuditEventName.POINT_EDITED,
            "camera_point",
            point_id,
            ListingEvent.EDIT,
            before,
            after,
            name=edit.name,
        )
    )
    if after is not before:
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
