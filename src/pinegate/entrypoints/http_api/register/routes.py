"""使用登记 and the audit log, read by those whose duty it is; reading them is itself written down."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from pinegate.adapters.database.register import AuditFilter, RegisterFilter
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.access.routes import split_reason
from pinegate.entrypoints.http_api.access.watching import PROTOCOL_NAMES
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of

router = APIRouter()

_READ_ALL = frozenset(
    {
        Role.BUREAU_REVIEWER,
        Role.BUREAU_APPROVER,
        Role.POLICE_REVIEWER,
        Role.POLICE_LEADER,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
    }
)
_READ_OWN = frozenset({Role.UNIT_CLERK, Role.UNIT_LEADER})
_AUDITORS = frozenset({Role.AUDIT_ADMIN})

Page = Annotated[int, Query(ge=1, le=10_000)]
PageSize = Annotated[int, Query(ge=1, le=500)]
Words = Annotated[str, Query(max_length=100)]


class RegisterEntryOut(BaseModel):
    """One line: who, for which unit and system, why, which point, which operation, from when to when, how much."""

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
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None
    end_code: str | None
    bytes_sent: int


class RegisterOut(BaseModel):
    items: list[RegisterEntryOut]
    total: int


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


class AuditOut(BaseModel):
    items: list[AuditEventOut]
    total: int


def _organization_asked(actor: Actor, asked: str | None) -> str | None:
    if actor.may(_READ_ALL):
        return asked
    if actor.organization_kind is OrganizationKind.USING_UNIT and actor.may(_READ_OWN):
        return actor.organization_id
    raise ProblemError("forbidden")


@router.get("/api/access-register")
async def access_register(
    user: CurrentUser,
    services: CurrentServices,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    organization_id: Id | None = None,
    system_id: Id | None = None,
    point_id: Id | None = None,
    person: Words | None = None,
    outcome: Literal["allowed", "denied"] | None = None,
    operation: Operation | None = None,
    live: bool | None = None,
    page: Page = 1,
    page_size: PageSize = 50,
) -> RegisterOut:
    """Bureau and police read all of it, a unit its own."""
    wanted = RegisterFilter(
        since=since,
        until=until,
        organization_id=_organization_asked(user.actor, organization_id),
        system_id=system_id,
        point_id=point_id,
        person=person,
        outcome=outcome,
        operation=operation,
        live=live,
    )
    act = act_of(user, services)
    async with services.database.transaction() as tx:
        rows, total = await tx.register.register(wanted, page_size, (page - 1) * page_size)
        await tx.audit.append(
            act.event(
                AuditEventName.REGISTER_READ,
                "organization",
                wanted.organization_id or "all",
                page=page,
                found=total,
                person=person,
                point=point_id,
            )
        )
    items: list[RegisterEntryOut] = []
    for row in rows:
        found: dict[str, Any] = {name: getattr(row, name) for name in _REGISTER_COLUMNS}
        found["protocol"] = PROTOCOL_NAMES.get(row.protocol, row.protocol)
        found["end_reason"], found["end_code"] = split_reason(row.end_reason)
        items.append(RegisterEntryOut(**found))
    return RegisterOut(items=items, total=total)


_REGISTER_COLUMNS = [name for name in RegisterEntryOut.model_fields if name != "end_code"]


@router.get("/api/audit")
async def audit(
    user: CurrentUser,
    services: CurrentServices,
    since: Annotated[AwareDatetime | None, Query(alias="from")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="to")] = None,
    name: Words | None = None,
    actor: Words | None = None,
    subject_kind: Words | None = None,
    subject_id: Words | None = None,
    page: Page = 1,
    page_size: PageSize = 50,
) -> AuditOut:
    """The audit administrator's view; nobody changes anything here, the database refuses it too."""
    if not user.actor.may(_AUDITORS):
        raise ProblemError("forbidden")
    wanted = AuditFilter(since, until, name, actor, subject_kind, subject_id)
    act = act_of(user, services)
    async with services.database.transaction() as tx:
        rows, total = await tx.register.audit(wanted, page_size, (page - 1) * page_size)
        await tx.audit.append(
            act.event(AuditEventName.AUDIT_READ, "audit", "log", page=page, found=total, asked_name=name)
        )
    return AuditOut(
        items=[
            AuditEventOut(**{field: getattr(row, field) for field in AuditEventOut.model_fields})
            for row in rows
        ],
        total=total,
    )
