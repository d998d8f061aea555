"""What the clerk sent, as the form holds it."""

from pinegate.domain.applications.application import Contact, RequestedPoint
from pinegate.domain.catalogue.divisions import DivisionTree
from pinegate.entrypoints.http_api.applications.models import ApplicationChange, ContactBody, PointOperations
from pinegate.usecases.applications.edit import FormChanges
from pinegate.usecases.errors import InvalidInputError


def changes_of(body: ApplicationChange, divisions: DivisionTree) -> FormChanges:
    if any(not divisions.knows(code) for code in body.areas or ()):
        raise InvalidInputError("areas", "codes of administrative divisions of the city")
    dates = {"valid_from", "valid_until"} & body.model_fields_set
    contacts = body.contacts
    return FormChanges(
        purpose=body.purpose,
        legal_basis=body.legal_basis,
        areas=None if body.areas is None else tuple(dict.fromkeys(body.areas)),
        categories=None if body.categories is None else tuple(dict.fromkeys(body.categories)),
        responsible_person=_contact(contacts.responsible_person) if contacts else None,
        contact_person=_contact(contacts.contact_person) if contacts else None,
        technical_contact=_contact(contacts.technical_contact) if contacts else None,
        points=None if body.points is None else _requested(body.points),
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        clear=frozenset(name for name in dates if getattr(body, name) is None),
    )


def _contact(body: ContactBody) -> Contact:
    return Contact(body.name.strip(), body.telephone.strip(), body.mobile.strip(), body.email.strip())


def _requested(lines: list[PointOperations]) -> tuple[RequestedPoint, ...]:
    if len({line.point_id for line in lines}) != len(lines):
        raise InvalidInputError("points", "each point once")
    return tuple(RequestedPoint(line.point_id, frozenset(line.operations)) for line in lines)
