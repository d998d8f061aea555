"""The audit log in JSON."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from pinegate.entrypoints.http_api.shared.pages import PageOut


class AuditEventOut(BaseModel):
    sequence: int
    id: str
    name: str
    at: datetime
    actor_person_id: str | None
    actor_name: str | None
    actor_organization_id: str | None
    actor_organization_name: str | None
    subject_kind: str
    subject_id: str
    client_host: str
    details: dict[str, Any]


class AuditOut(PageOut):
    items: list[AuditEventOut]
