"""Revocations and their receipts in JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.grants.revocation import ReceiptKind, RevocationScope
from pinegate.entrypoints.http_api.shared.inputs import LINES, Id


class RevocationForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scope: RevocationScope
    target_id: Id
    reason: Annotated[str, Field(max_length=2000), LINES]
    emergency: bool = False


class Ordered(BaseModel):
    id: str
    sessions_cut: int
    applications: list[str]


class Revocation(BaseModel):
    id: str
    scope: RevocationScope
    target_id: str
    target_name: str
    emergency: bool
    reason: str
    ordered_by_name: str
    ordered_at: datetime
    sessions_cut: int


class Revocations(BaseModel):
    items: list[Revocation]
    total: int


class Receipt(BaseModel):
    kind: ReceiptKind
    affected: int
    done_at: datetime


class ReceiptsOfApplication(BaseModel):
    id: str
    number: str
    state: ApplicationState
    receipts: list[Receipt]


class RevocationDetail(Revocation):
    applications: list[ReceiptsOfApplication]
