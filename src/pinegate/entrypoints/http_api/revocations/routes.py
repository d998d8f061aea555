"""Ordering revocations and emergency suspensions, and what came of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.grants.revocation import ReceiptKind, RevocationScope
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.grants.complete_revocation import complete_revocations
from pinegate.usecases.revocations.order_revocation import RevocationOrder, order_revocation

router = APIRouter()

_READERS = frozenset({OrganizationKind.DATA_BUREAU, OrganizationKind.POLICE, OrganizationKind.USING_UNIT})


class RevocationForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scope: RevocationScope
    target_id: Id
    reason: Annotated[str, Field(max_length=2000)]
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


@router.post("/api/revocations")
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


def _organization_filter(actor: Actor) -> str | None:
    """Units see what concerns them; bureau and police see all.

    Raises:
        ProblemError: ``forbidden`` for everybody else.
    """
    if actor.organization_kind not in _READERS:
        raise ProblemError("forbidden")
    return actor.organization_id if actor.organization_kind is OrganizationKind.USING_UNIT else None


@router.get("/api/revocations")
async def revocations(
    user: CurrentUser,
    services: CurrentServices,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    page_size: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Revocations:
    """Orders, newest first."""
    organization = _organization_filter(user.actor)
    async with services.database.transaction() as tx:
        rows, total = await tx.revocations.orders(organization, page_size, (page - 1) * page_size)
        names = [await tx.revocations.target_name(RevocationScope(row.scope), row.target_id) for row in rows]
    return Revocations(items=[_shown(row, name) for row, name in zip(rows, names, strict=True)], total=total)


def _shown(row: Row[*tuple[Any, ...]], target_name: str) -> Revocation:
    return Revocation(
        id=row.id,
        scope=row.scope,
        target_id=row.target_id,
        target_name=target_name,
        emergency=row.emergency,
        reason=row.reason,
        ordered_by_name=row.ordered_by_name,
        ordered_at=row.ordered_at,
        sessions_cut=row.sessions_cut,
    )


@router.get("/api/revocations/{revocation_id}")
async def revocation(revocation_id: Id, user: CurrentUser, services: CurrentServices) -> RevocationDetail:
    """One order with the three receipts of each application that it concerns."""
    organization = _organization_filter(user.actor)
    async with services.database.transaction() as tx:
        rows, _ = await tx.revocations.orders(organization, 1, 0, only=revocation_id)
        if not rows:
            raise ProblemError("not_found")
        scope = RevocationScope(rows[0].scope)
        name = await tx.revocations.target_name(scope, rows[0].target_id)
        receipts = await tx.revocations.receipts(scope, rows[0].target_id, organization)
    return RevocationDetail(**_shown(rows[0], name).model_dump(), applications=_by_application(receipts))


def _by_application(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ReceiptsOfApplication]:
    found: dict[str, ReceiptsOfApplication] = {}
    for row in rows:
        entry = found.setdefault(
            row.id, ReceiptsOfApplication(id=row.id, number=row.number, state=row.state, receipts=[])
        )
        if row.kind is not None:
            entry.receipts.append(Receipt(kind=row.kind, affected=row.affected, done_at=row.done_at))
    return list(found.values())
