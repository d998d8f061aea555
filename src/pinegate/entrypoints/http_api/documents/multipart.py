"""A scan that comes in, refused as soon as it grows too large."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from typing import BinaryIO

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from pinegate.entrypoints.http_api.documents.models import UploadFields
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.usecases.documents.ports import MAX_UPLOAD_BYTES

_FORM_BYTES_BESIDE_THE_FILE = 8 * 1024


@asynccontextmanager
async def received_scan(request: Request) -> AsyncGenerator[tuple[UploadFields, BinaryIO], None]:
    """The one file and the field ``kind`` of a multipart body, refused as soon as it grows too large; the file is on
    the disk when it is large, and gone afterwards.
    """
    form = await _form(request)
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise ProblemError("invalid_input", errors=[{"field": "file", "message": "missing"}])
        fields = UploadFields.model_validate({"kind": form.get("kind"), "file_name": file.filename})
        yield fields, file.file
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
