"""Signing, and the duty of confidence, in JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.entrypoints.http_api.applications.models import Opinion
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE, Id


class SignIn(BaseModel):
    """``document_id``: the stored scan with signature and seal."""

    document_id: Id


class RejectIn(BaseModel):
    text: Opinion


class DutyOut(BaseModel):
    """What the person must have read (Annex 2 clause 2.3)."""

    text: list[str]
    text_version: int
    system_name: str
    acknowledged: bool


class AcknowledgementIn(BaseModel):
    """The person's own name, written out."""

    signature_name: Annotated[str, Field(min_length=1, max_length=60), ONE_LINE]
