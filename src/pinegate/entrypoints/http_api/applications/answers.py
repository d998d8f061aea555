"""How a file is put together for whoever may read it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pinegate.adapters.database.application_views import ApplicationViews, GrantFilter, Rows, grant_page
from pinegate.adapters.database.catalogue_views import CatalogueViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.agreements.agreement import Agreement, Signature
from pinegate.domain.agreements.events import allowed_agreement_events
from pinegate.domain.applications.application import Application, Contact, RequestedPoint
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.applications.steps import allowed_events, what_refuses_submission
from pinegate.domain.catalogue.divisions import DivisionTree
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.documents.document import DocumentKind, may_hand_in
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.refusal import RuleRefusedError
from pinegate.entrypoints.http_api.applications.models import (
    MAX_POINTS,
    AgreementOut,
    ApplicationOut,
    ApplicationPointOut,
    ConsultationBody,
    ContactBody,
    Contacts,
    DocumentOut,
    GrantOut,
    HistoryOut,
    OpinionOut,
    OrganizationOut,
    ReceiptOut,
    SignatureOut,
    SystemOut,
)
from pinegate.entrypoints.http_api.catalogue.answers import point_out
from pinegate.usecases.applications.step import open_file

_WRITING = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})


async def read_application(
    tx: Transaction, application_id: str, viewer: Actor, profile: CityProfile, now: datetime
) -> ApplicationOut:
    """Raises NotFoundError where the viewer may not know of it."""
    application = await open_file(tx, application_id, viewer, lock=False)
    views = ApplicationViews(tx.connection, viewer)
    head = await views.head(application_id)
    agreement = await tx.agreements.of_application(application_id)
    refused = await _what_is_missing(tx, application, viewer, now)
    grants = await grant_page(tx.connection, viewer, GrantFilter(application_id=application_id), MAX_POINTS)
    return ApplicationOut(
        id=application.id,
        number=application.number,
        state=application.state,
        state_since=head.state_since,
        created_at=head.created_at,
        version=application.version,
        round=application.round,
        organization=OrganizationOut(
            id=head.organization_id,
            name=head.organization_name,
            address=head.organization_address,
            nature=head.organization_nature,
        ),
        system=SystemOut(id=head.system_id, name=head.system_name),
        purpose=application.purpose,
        legal_basis=application.legal_basis,
        areas=list(application.areas),
        categories=list(application.categories),
        contacts=_contacts(application),
        points=await _points(tx, application.points, viewer, profile.divisions, now),
        valid_from=application.valid_from,
        valid_until=application.valid_until,
        consultation=_consultation(application),
        sealed_form=application.sealed_form,
        opinions=[
            OpinionOut.model_validate(row, from_attributes=True)
            for row in await views.opinions(application_id)
        ],
        documents=documents_out(await views.documents(application_id)),
        agreement=None if agreement is None else agreement_out(agreement, viewer, head.effective_at),
        grants=grants_out(grants.rows),
        receipts=[
            ReceiptOut.model_validate(row, from_attributes=True)
            for row in await views.receipts(application_id)
        ],
        history=_history(await views.history(application_id)),
        allowed_events=list(allowed_events(application, viewer)),
        allowed_documents=[kind for kind in DocumentKind if may_hand_in(kind, application, viewer)],
        missing=list(dict.fromkeys(refusal.refusal for refusal in refused)),
        missing_fields=list(dict.fromkeys(r.detail["field"] for r in refused if "field" in r.detail)),
    )


async def _what_is_missing(
    tx: Transaction, application: Application, viewer: Actor, now: datetime
) -> Sequence[RuleRefusedError]:
    if application.state not in _WRITING or viewer.organization_id != application.organization_id:
        return ()
    asked = {point.point_id for point in application.points}
    listed = await tx.applications.listed_points(viewer, asked, now)
    return list(what_refuses_submission(application, listed, now))


async def _points(
    tx: Transaction, points: Sequence[RequestedPoint], viewer: Actor, divisions: DivisionTree, now: datetime
) -> list[ApplicationPointOut]:
    views = CatalogueViews(tx.connection, viewer, now)
    rows = await views.named_on_paper([point.point_id for point in points])
    return [
        ApplicationPointOut(
            point=point_out(rows[point.point_id], divisions),
            requested=sorted(point.requested),
            consented=None if point.consented is None else sorted(point.consented),
        )
        for point in points
    ]


def _contact(contact: Contact) -> ContactBody:
    return ContactBody(**asdict(contact))


def _contacts(application: Application) -> Contacts:
    return Contacts(
        responsible_person=_contact(application.responsible_person),
        contact_person=_contact(application.contact_person),
        technical_contact=_contact(application.technical_contact),
    )


def _consultation(application: Application) -> ConsultationBody | None:
    consultation = application.consultation
    return None if consultation is None else ConsultationBody(**asdict(consultation))


def _history(rows: Rows) -> list[HistoryOut]:
    return [
        HistoryOut(
            event=row.details["event"],
            source=row.details["from"],
            to=row.details["to"],
            text=row.details.get("text", ""),
            person_name=row.person_name,
            at=row.at,
        )
        for row in rows
    ]


def _signature(signature: Signature | None) -> SignatureOut | None:
    if signature is None:
        return None
    return SignatureOut(
        person_name=signature.person_name,
        signed_at=signature.signed_at,
        sealed_scan_sm3=signature.sealed_scan_sm3,
    )


def agreement_out(agreement: Agreement, viewer: Actor, effective_at: datetime | None) -> AgreementOut:
    return AgreementOut(
        id=agreement.id,
        state=agreement.state,
        text_version=agreement.text_version,
        schedule_digest=agreement.schedule_digest,
        unit_signature=_signature(agreement.unit_signature),
        bureau_signature=_signature(agreement.bureau_signature),
        effective_at=effective_at,
        allowed_events=list(allowed_agreement_events(agreement, viewer)),
    )


def documents_out(rows: Rows) -> list[DocumentOut]:
    return [DocumentOut.model_validate(row, from_attributes=True) for row in rows]


def grants_out(rows: Rows) -> list[GrantOut]:
    return [GrantOut.model_validate(row, from_attributes=True) for row in rows]
