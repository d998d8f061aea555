"""The documents' routes: scans in, scans out, and the regulation's two forms as PDF."""

from typing import BinaryIO, cast

from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.database.application_views import ApplicationViews
from pinegate.adapters.documents.agreement import render_agreement
from pinegate.adapters.documents.application_form import render_application_form
from pinegate.adapters.documents.scan_refusal import MediaType, ScanRefusedError
from pinegate.adapters.documents.typesetting import set_aside
from pinegate.adapters.documents.upload import ScansBusyError, StoredScan, attachment_headers
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.applications.answers import documents_out, read_application
from pinegate.entrypoints.http_api.applications.forms import agreement_text, filled_form
from pinegate.entrypoints.http_api.applications.models import DocumentOut
from pinegate.entrypoints.http_api.documents.multipart import received_scan
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.documents.check_before_upload import check_before_upload
from pinegate.usecases.documents.hand_in import hand_in
from pinegate.usecases.documents.open_document import open_document
from pinegate.usecases.documents.ports import StoredFile

router = APIRouter(prefix="/api")


@router.post(
    "/applications/{application_id}/documents",
    status_code=201,
    dependencies=[needs(Permission.HAND_IN_DOCUMENTS)],
)
async def upload(
    application_id: Id, request: Request, user: CurrentUser, services: CurrentServices
) -> DocumentOut:
    async with services.database.transaction() as tx:
        await check_before_upload(tx, application_id, services.upload_quota, act_of(user, services))
    async with received_scan(request) as (fields, file):
        scan = await _stored(file, services)
    stored = StoredFile(scan.id, scan.media_type, scan.size, scan.sm3, scan.received_sm3)
    try:
        async with services.database.transaction() as tx:
            await hand_in(tx, application_id, fields.kind, fields.file_name, stored, act_of(user, services))
    except SQLAlchemyError:
        raise  # it may have committed all the same; if it has not, the next start removes the file
    except Exception:
        await services.scans.delete(scan.id)
        raise
    async with services.database.transaction() as tx:
        rows = await ApplicationViews(tx.connection, user.actor).documents(application_id)
    return next(document for document in documents_out(rows) if document.id == scan.id)


async def _stored(file: BinaryIO, services: Services) -> StoredScan:
    try:
        return await services.scans.store(file)
    except ScanRefusedError as refused:
        errors = [{"field": "file", "message": refused.message}]
        raise ProblemError("invalid_input", refused.message, errors=errors) from None
    except ScansBusyError:
        raise ProblemError(
            "unavailable", "many scans are being looked at; try again", headers={"Retry-After": "10"}
        ) from None
    except OSError:
        raise ProblemError("unavailable", "the scan could not be kept; the disk may be full") from None


@router.get("/documents/{document_id}", dependencies=[needs(Permission.READ_APPLICATIONS)])
async def download(document_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        document = await open_document(tx, document_id, act_of(user, services))
    try:
        content = await services.scans.read(document.id, document.sm3)
    except OSError:
        raise ProblemError("unavailable", "the scan is gone or was changed on the disk") from None
    media_type = cast(MediaType, document.media_type)
    scan = StoredScan(document.id, media_type, document.size, document.sm3, document.sm3)
    return Response(content, headers=attachment_headers(scan, f"{document.kind}-{document.id[:8]}"))


@router.get("/applications/{application_id}/form.pdf", dependencies=[needs(Permission.READ_APPLICATIONS)])
async def application_form(application_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        file = await read_application(tx, application_id, user.actor, services.profile, services.now())
    content = await set_aside(
        render_application_form, filled_form(file, services.profile), services.profile.application_form
    )
    return _pdf(content, f"{file.number}-form")


@router.get(
    "/applications/{application_id}/agreement.pdf", dependencies=[needs(Permission.READ_APPLICATIONS)]
)
async def agreement(application_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        file = await read_application(tx, application_id, user.actor, services.profile, services.now())
    if file.agreement is None:
        raise ProblemError("not_found", "the agreement is prepared at approval")
    content = await set_aside(
        render_agreement, agreement_text(file, file.agreement), services.profile.agreement
    )
    return _pdf(content, f"{file.number}-agreement")


def _pdf(content: bytes, name: str) -> Response:
    set_by_us = StoredScan("", "application/pdf", len(content), "", "")
    return Response(content, headers=attachment_headers(set_by_us, name))
