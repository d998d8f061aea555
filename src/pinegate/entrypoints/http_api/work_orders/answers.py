"""A work order with what is to be provided."""

from pinegate.adapters.database.application_views import ordered_points, present_credential, work_order_row
from pinegate.adapters.database.catalogue_views import CatalogueViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.work_orders.work_order import WORK_ORDER, WorkOrderState
from pinegate.entrypoints.http_api.catalogue.answers import point_out
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import SignedIn
from pinegate.entrypoints.http_api.work_orders.models import (
    CredentialOut,
    OrderedPoint,
    WorkOrderDetail,
    WorkOrderOut,
)
from pinegate.entrypoints.services import Services


async def work_order_detail(
    tx: Transaction, order_id: str, user: SignedIn, services: Services
) -> WorkOrderDetail:
    order = await work_order_row(tx.connection, order_id)
    if order is None:
        raise ProblemError("not_found")
    ordered = await ordered_points(tx.connection, order_id)
    views = CatalogueViews(tx.connection, user.actor, services.now())
    divisions = services.profile.divisions
    points = await views.named_on_paper([row.point_id for row in ordered])
    credential = await present_credential(tx.connection, order.system_id)
    return WorkOrderDetail(
        **WorkOrderOut.model_validate(order, from_attributes=True).model_dump(),
        points=[
            OrderedPoint(point=point_out(points[row.point_id], divisions), operations=row.operations)
            for row in ordered
        ],
        allowed_events=list(WORK_ORDER.events_for(WorkOrderState(order.state), user.actor.roles)),
        credential=None
        if credential is None
        else CredentialOut(access_key=credential.access_key, issued_at=credential.issued_at),
    )
