"""使用登记 in JSON."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from pinegate.domain.access.tracks import Track
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.shared.pages import PageOut


class RegisterEntryOut(BaseModel):
    """One line: who, for which unit and system, why, which point, which operation, from when to when, how much.

    ``tracks``: whether pictures alone were watched or sound was heard as well; none where it is not recorded.
    """

    id: str
    channel: str
    outcome: Literal["allowed", "denied"]
    denial_reason: str | None
    operation: Operation
    person_id: str
    person_name: str | None
    staff_number: str | None
    organization_id: str
    organization_name: str | None
    system_id: str
    system_name: str | None
    point_id: str
    point_name: str | None
    grant_id: str | None
    application_id: str | None
    work_order_id: str | None
    access_key: str | None
    reason: str
    client_host: str
    protocol: str
    tracks: list[Track]
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    end_code: str | None
    bytes_sent: int


class RegisterOut(PageOut):
    items: list[RegisterEntryOut]
