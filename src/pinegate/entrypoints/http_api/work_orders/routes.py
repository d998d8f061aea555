"""The operator's routes: points, operations, system and unit — never the application's file (Annex 1 note 4)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pinegate.adapters.database.application_views import (
    ordered_points,
    present_credential,
    work_order_page,
    work_order_row,
)
from pinegate.adapters.database.catalogue_views import CatalogueViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.work_orders.work_order import PROVISIONERS, WorkOrderState
from pinegate.entrypoints.http_api.access.watching import PlayAnswer, ProtocolName, start_watching
from pinegate.entrypoints.http_api.applications.models import Opinion
from pinegate.entrypoints.http_api.catalogue.routes import PointOut, point_out
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.work_orders.complete_order import complete_order
from pinegate.usecases.work_orders.confirm_test_play import confirm_test_play
from pinegate.usecases.work_orders.fail_order import fail_order

router = APIRouter(prefix="/api/work-orders")

_MOST = 500


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


def _only_provisioners(user: SignedIn) -> None:
    if not user.actor.may(PROVISIONERS):
        raise ProblemError("forbidden")


@router.get("")
async def list_work_orders(
    user: CurrentUser, services: CurrentServices, asked: Annotated[WorkOrderQuery, Query()]
) -> WorkOrderPage:
    _only_provisioners(user)
    async with services.database.transaction() as tx:
        rows = await work_order_page(tx.connection, asked.state, _MOST)
    return WorkOrderPage(items=[WorkOrderOut.model_validate(row, from_attributes=True) for row in rows])


@router.get("/{order_id}")
async def get_work_order(order_id: Id, user: CurrentUser, services: CurrentServices) -> WorkOrderDetail:
    _only_provisioners(user)
    async with services.database.transaction() as tx:
        return await _detail(tx, order_id, user, services)


@router.post("/{order_id}/test-play")
async def test_play(
    order_id: Id, body: TestPlayIn, user: CurrentUser, services: CurrentServices
) -> PlayAnswer:
    """A live look at one of the order's points, while it is open; registered like every other."""
    _only_provisioners(user)
    async with services.database.transaction() as tx:
        order = await tx.work_orders.get(order_id)
    if order is None:
        raise ProblemError("not_found")
    request = AccessRequest(
        channel=AccessChannel.OPERATOR_TEST,
        person_id=user.actor.person_id,
        system_id=order.system_id,
        point_id=body.point_id,
        operation=Operation.LIVE,
        reason=f"工单 {order.number} 测试播放",
        client_host=user.client_host,
        work_order_id=order.id,
    )
    return await start_watching(request, body.protocol, user.session_id, services)


@router.post("/{order_id}/confirm-test", status_code=204)
async def confirm_test(order_id: Id, body: PointIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await confirm_test_play(tx, order_id, body.point_id, act_of(user, services))


@router.post("/{order_id}/complete", status_code=204)
async def complete(order_id: Id, body: ResultIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await complete_order(tx, order_id, body.text, act_of(user, services))


@router.post("/{order_id}/fail", status_code=204)
async def fail(order_id: Id, body: ResultIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await fail_order(tx, order_id, body.text, act_of(user, services))


async def _detail(tx: Transaction, order_id: str, user: SignedIn, services: Services) -> WorkOrderDetail:
    order = await work_order_row(tx.connection, order_id)
    if order is None:
        raise ProblemError("not_found")
    ordered = await ordered_points(tx.connection, order_id)
    views = CatalogueViews(tx.connection, user.actor, services.now())
    points = await views.named_on_paper([row.point_id for row in ordered])
    credential = await present_credential(tx.connection, order.system_id)
    divisions = services.profile.divisions
    return WorkOrderDetail(
        **WorkOrderOut.model_validate(order, from_attributes=True).model_dump(),
        points=[
            OrderedPoint(point=point_out(points[row.point_id], divisions), operations=row.operations)
            for row in ordered
        ],
        credential=None
        if credential is None
        else CredentialOut(access_key=credential.access_key, issued_at=credential.issued_at),
    )
