"""The clerk fills in the form."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from pinegate.domain.applications.application import Application, Contact, RequestedPoint
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import edit
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.applications.step import open_file, record_step
from pinegate.usecases.errors import StaleVersionError


@dataclass(frozen=True, slots=True)
class FormChanges:
    """What the clerk changed; None leaves the field as it is. Dates: see ``clear``."""

    purpose: str | None = None
    legal_basis: str | None = None
    areas: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    responsible_person: Contact | None = None
    contact_person: Contact | None = None
    technical_contact: Contact | None = None
    points: tuple[RequestedPoint, ...] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    clear: frozenset[str] = frozenset()
    """Names of dates to be emptied."""

    def on(self, application: Application) -> Application:
        """The form with the changes written in."""
        changed: Mapping[str, object] = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name != "clear" and getattr(self, field.name) is not None
        }
        return replace(application, **{**changed, **dict.fromkeys(self.clear)})


async def edit_application(
    tx: ApplicationTransaction, application_id: str, changes: FormChanges, version: int, act: Act
) -> Application:
    """Write the changes into a draft or returned form.

    Raises:
        StaleVersionError: ``version`` is not the present one.
        RuleRefusedError: ``point_not_listed`` for a newly named point that the unit cannot see listed.
    """
    before = await open_file(tx, application_id, act.person)
    if before.version != version:
        raise StaleVersionError
    known = {point.point_id for point in before.points}
    added = {point.point_id for point in changes.points or ()} - known
    hidden = added - await tx.applications.listed_points(act.person, added, act.now)
    if hidden:
        raise RuleRefusedError(Refusal.POINT_NOT_LISTED, {"field": "points", "point_id": min(hidden)})
    after = edit(before, changes.on(before), act.person)
    return await record_step(tx, before, after, ApplicationEvent.EDIT, act)
