"""The operator's routes: points, operations, system and unit — never the application's file (Annex 1 note 4)."""

from typing import Annotated

from fastapi import APIRouter, Query

from pinegate.adapters.database.application_views import work_order_page
from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.access.models import PlayAnswer
from pinegate.entrypoints.http_api.access.operations import open_play
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.entrypoints.http_api.work_orders.answers import work_order_detail
from pinegate.entrypoints.http_api.work_orders.models import (
    PointIn,
    ResultIn,
    TestPlayIn,
    WorkOrderDetail,
    WorkOrderOut,
    WorkOrderPage,
    WorkOrderQuery,
)
from pinegate.usecases.work_orders.complete_order import complete_order
from pinegate.usecases.work_orders.confirm_test_play import confirm_test_play
from pinegate.usecases.work_orders.fail_order import fail_order

router = APIRouter(prefix="/api/work-orders")

_MOST = 500


@router.get("", dependencies=[needs(Permission.PROVISION)])
async def list_work_orders(
    user: CurrentUser, services: CurrentServices, asked: Annotated[WorkOrderQuery, Query()]
) -> WorkOrderPage:
    async with services.database.transaction() as tx:
        rows = await work_order_page(tx.connection, asked.state, _MOST)
    return WorkOrderPage(items=[WorkOrderOut.model_validate(row, from_attributes=True) for row in rows])


@router.get("/{order_id}", dependencies=[needs(Permission.PROVISION)])
async def get_work_order(order_id: Id, user: CurrentUser, services: CurrentServices) -> WorkOrderDetail:
    async with services.database.transaction() as tx:
        return await work_order_detail(tx, order_id, user, services)


@router.post("/{order_id}/test-play", dependencies=[needs(Permission.PROVISION)])
async def test_play(
    order_id: Id, body: TestPlayIn, user: CurrentUser, services: CurrentServices
) -> PlayAnswer:
    """A live look at one of the order's points, while it is open; registered like every other."""
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
    return await open_play(request, user.actor.organization_id, body.protocol, user.session_id, services)


@router.post("/{order_id}/confirm-test", status_code=204, dependencies=[needs(Permission.PROVISION)])
async def confirm_test(order_id: Id, body: PointIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await confirm_test_play(tx, order_id, body.point_id, act_of(user, services))


@router.post("/{order_id}/complete", status_code=204, dependencies=[needs(Permission.PROVISION)])
async def complete(order_id: Id, body: ResultIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await complete_order(tx, order_id, body.text, act_of(user, services))


@router.post("/{order_id}/fail", status_code=204, dependencies=[needs(Permission.PROVISION)])
async def fail(order_id: Id, body: ResultIn, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await fail_order(tx, order_id, body.text, act_of(user, services))
