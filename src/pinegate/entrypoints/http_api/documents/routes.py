"""The documents' routes: scans in, scans out, and the regulation's two forms as PDF."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from pinegate.adapters.database.application_views import ApplicationViews
from pinegate.adapters.documents.agreement import render_agreement
from pinegate.adapters.documents.application_form import render_application_form
from pinegate.adapters.documents.upload import MediaType, ScanRefusedError, StoredScan, attachment_headers
from pinegate.domain.documents.document import DocumentKind
from pinegate.entrypoints.http_api.applications.answers import documents_out, read_application
from pinegate.entrypoints.http_api.applications.forms import agreement_text, filled_form
from pinegate.entrypoints.http_api.applications.models import DocumentOut
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.documents.check_before_upload import check_before_upload
from pinegate.usecases.documents.hand_in import hand_in
from pinegate.usecases.documents.open_document import open_document
from pinegate.usecases.documents.ports import MAX_UPLOAD_BYTES, StoredFile

router = APIRouter(prefix="/api")

_FORM_BYTES_BESIDE_THE_FILE = 8 * 1024


class UploadFields(BaseModel):
    """The form's fields beside the file."""

    kind: DocumentKind
    file_name: Annotated[str, Field(min_length=1, max_length=200)]


@router.post("/applications/{application_id}/documents", status_code=201)
async def upload(
    application_id: Id, request: Request, user: CurrentUser, services: CurrentServices
) -> DocumentOut:
    async with services.database.transaction() as tx:
        await check_before_upload(tx, application_id, act_of(user, services))
    fields, content = await _received(request)
    try:
        scan = await asyncio.to_thread(services.scans.store, content)
    except ScanRefusedError as refused:
        errors = [{"field": "file", "message": str(refused)}]
        raise ProblemError("invalid_input", str(refused), errors=errors) from None
    except OSError:
        raise ProblemError("unavailable", "the scan could not be kept; the disk may be full") from None
    stored = StoredFile(scan.id, scan.media_type, scan.size, scan.sm3)
    try:
        async with services.database.transaction() as tx:
            await hand_in(tx, application_id, fields.kind, fields.file_name, stored, act_of(user, services))
    except SQLAlchemyError:
        raise  # it may have committed all the same; if it has not, the next start removes the file
    except Exception:
        await asyncio.to_thread(services.scans.delete, scan.id)
        raise
    async with services.database.transaction() as tx:
        rows = await ApplicationViews(tx.connection, user.actor).documents(application_id)
    return next(document for document in documents_out(rows) if document.id == scan.id)


@router.get("/documents/{document_id}")
async def download(document_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        document = await open_document(tx, document_id, act_of(user, services))
    try:
        content = await asyncio.to_thread(services.scans.read, document.id, document.sm3)
    except OSError:
        raise ProblemError("unavailable", "the scan is gone or was changed on the disk") from None
    media_type = cast(MediaType, document.media_type)
    scan = StoredScan(document.id, media_type, document.size, document.sm3, document.sm3)
    return Response(content, headers=attachment_headers(scan, f"{document.kind}-{document.id[:8]}"))


@router.get("/applications/{application_id}/form.pdf")
async def application_form(application_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        file = await read_application(tx, application_id, user.actor, services.profile, services.now())
    content = await asyncio.to_thread(
        render_application_form, filled_form(file, services.profile), services.profile.application_form
    )
    return _pdf(content, f"{file.number}-form")


@router.get("/applications/{application_id}/agreement.pdf")
async def agreement(application_id: Id, user: CurrentUser, services: CurrentServices) -> Response:
    async with services.database.transaction() as tx:
        file = await read_application(tx, application_id, user.actor, services.profile, services.now())
    if file.agreement is None:
        raise ProblemError("not_found", "the agreement is prepared at approval")
    content = await asyncio.to_thread(
        render_agreement, agreement_text(file, file.agreement), services.profile.agreement
    )
    return _pdf(content, f"{file.number}-agreement")


def _pdf(content: bytes, name: str) -> Response:
    set_by_us = StoredScan("", "application/pdf", len(content), "", "")
    return Response(content, headers=attachment_headers(set_by_us, name))


async def _received(request: Request) -> tuple[UploadFields, bytes]:
    """The one file and the field ``kind`` of a multipart body, refused as soon as it grows too large."""
    form = await _form(request)
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise ProblemError("invalid_input", errors=[{"field": "file", "message": "missing"}])
        fields = UploadFields.model_validate({"kind": form.get("kind"), "file_name": file.filename})
        return fields, await file.read()
    except ValidationError as error:
        named = [{"field": str(item["loc"][0]), "message": item["msg"]} for item in error.errors()]
        raise ProblemError("invalid_input", errors=named) from None
    finally:
        await form.close()


async def _form(request: Request) -> FormData:
    async with aclosing(_limited(request)) as body:
        parser = MultiPartParser(request.headers, body, max_files=1, max_fields=2, max_part_size=1024)
        try:
            return await parser.parse()
        except (MultiPartException, KeyError):
            raise ProblemError("invalid_input", "send multipart/form-data with kind and file") from None


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > MAX_UPLOAD_BYTES + _FORM_BYTES_BESIDE_THE_FILE:
            limit = MAX_UPLOAD_BYTES // 1024 // 1024
            message = f"larger than {limit} MB; scan at a lower resolution"
            raise ProblemError("invalid_input", status=413, errors=[{"field": "file", "message": message}])
        yield chunk
