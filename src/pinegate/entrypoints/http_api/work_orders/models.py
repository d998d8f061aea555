"""Work orders in JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.work_orders.work_order import WorkOrderEvent, WorkOrderState
from pinegate.entrypoints.http_api.access.models import ProtocolName
from pinegate.entrypoints.http_api.applications.models import Opinion
from pinegate.entrypoints.http_api.catalogue.models import PointOut
from pinegate.entrypoints.http_api.shared.inputs import Id


class WorkOrderOut(BaseModel):
    """A work order in a list."""

    id: str
    number: str
    kind: str
    state: WorkOrderState
    system_id: str
    system_name: str
    organization_name: str
    created_at: datetime
    tested_at: datetime | None
    closed_at: datetime | None
    result: str


class WorkOrderPage(BaseModel):
    items: list[WorkOrderOut]


class OrderedPoint(BaseModel):
    """A point to be provided, and for which operations."""

    point: PointOut
    operations: list[Operation]


class CredentialOut(BaseModel):
    """The system's present interface credential; never its secret."""

    access_key: str
    issued_at: datetime


class WorkOrderDetail(WorkOrderOut):
    points: list[OrderedPoint]
    allowed_events: list[WorkOrderEvent]
    credential: CredentialOut | None


class WorkOrderQuery(BaseModel):
    state: Annotated[list[WorkOrderState], Field(max_length=len(WorkOrderState))] = []


class PointIn(BaseModel):
    point_id: Id


class TestPlayIn(PointIn):
    protocol: ProtocolName = "flv"


class ResultIn(BaseModel):
    """处置结果."""

    text: Opinion
