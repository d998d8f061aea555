"""Ordering revocations and emergency suspensions, and what came of them."""

from fastapi import APIRouter

from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.revocations.answers import by_application, revocation_out
from pinegate.entrypoints.http_api.revocations.models import (
    Ordered,
    RevocationDetail,
    RevocationForm,
    Revocations,
)
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import Id, Page, PageSize
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.grants.complete_revocation import complete_revocations
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation

router = APIRouter()


@router.post(
    "/api/revocations", dependencies=[needs(Permission.SUSPEND_SHARING, whole=Permission.REVOKE_SHARING)]
)
async def order(form: RevocationForm, user: CurrentUser, services: CurrentServices) -> Ordered:
    """End or interrupt; answers when the running pictures are cut."""
    act = act_of(user, services)
    asked = RevocationOrder(form.scope, form.target_id, form.reason, form.emergency)
    try:
        async with services.database.transaction() as tx:
            outcome = await order_revocation(tx, asked, act)
    except NotFoundError:
        raise ProblemError("not_found") from None
    await services.reevaluator.reevaluate_now()
    async with services.database.transaction() as tx:
        await complete_revocations(tx, Act(None, services.now(), services.new_id))
    return Ordered(
        id=outcome.record.id,
        sessions_cut=outcome.record.sessions_cut,
        applications=list(outcome.applications),
    )


@router.get("/api/revocations", dependencies=[needs(Permission.READ_REVOCATIONS)])
async def revocations(
    user: CurrentUser,
    services: CurrentServices,
    page: Page = 1,
    page_size: PageSize = 50,
) -> Revocations:
    """Orders, newest first."""
    async with services.database.transaction() as tx:
        rows, total = await tx.revocations.orders(user.actor.confined_to, page_size, (page - 1) * page_size)
        names = [await tx.revocations.target_name(RevocationScope(row.scope), row.target_id) for row in rows]
    return Revocations(
        items=[revocation_out(row, name) for row, name in zip(rows, names, strict=True)], total=total
    )


@router.get("/api/revocations/{revocation_id}", dependencies=[needs(Permission.READ_REVOCATIONS)])
async def revocation(revocation_id: Id, user: CurrentUser, services: CurrentServices) -> RevocationDetail:
    """One order with the three receipts of each application that it concerns."""
    async with services.database.transaction() as tx:
        rows, _ = await tx.revocations.orders(user.actor.confined_to, 1, 0, only=revocation_id)
        if not rows:
            raise ProblemError("not_found")
        scope = RevocationScope(rows[0].scope)
        name = await tx.revocations.target_name(scope, rows[0].target_id)
        receipts = await tx.revocations.receipts(scope, rows[0].target_id, user.actor.confined_to)
    return RevocationDetail(
        **revocation_out(rows[0], name).model_dump(), applications=by_application(receipts)
    )
