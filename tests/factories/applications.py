"""An application in any state, with everything that its state implies: opinions, agreement, work order, grants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert
from tests.factories.organizations import City, Person, add_to_roster, fresh_id

from pinegate.adapters.database.tables import (
    acknowledgements,
    agreements,
    application_points,
    applications,
    documents,
    grants,
    interface_credentials,
    opinions,
    work_orders,
)
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.agreements.agreement import AgreementState
from pinegate.domain.applications.application import OpinionKind
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.roles import Role

_S = ApplicationState
_BEFORE_CONSENT = frozenset(
    {_S.DRAFT, _S.SUBMITTED, _S.POLICE_REVIEW, _S.RETURNED, _S.REJECTED, _S.WITHDRAWN}
)
_AGREEMENT_OF: Mapping[ApplicationState, AgreementState] = {
    _S.AGREEMENT_PENDING: AgreementState.AWAITING_UNIT,
    _S.LAPSED: AgreementState.VOID,
    _S.PROVISIONING: AgreementState.EFFECTIVE,
    _S.PROVISION_FAILED: AgreementState.EFFECTIVE,
    _S.ACTIVE: AgreementState.EFFECTIVE,
    _S.SUSPENDED: AgreementState.EFFECTIVE,
    _S.TERMINATING: AgreementState.EFFECTIVE,
    _S.EXPIRED: AgreementState.EFFECTIVE,
    _S.REVOKING: AgreementState.SURVIVING,
    _S.REVOKED: AgreementState.SURVIVING,
    _S.ARCHIVED: AgreementState.SURVIVING,
}
_GRANT_OF: Mapping[ApplicationState, GrantState] = {
    _S.PROVISIONING: GrantState.PENDING,
    _S.PROVISION_FAILED: GrantState.PENDING,
    _S.ACTIVE: GrantState.ACTIVE,
    _S.TERMINATING: GrantState.ACTIVE,
    _S.SUSPENDED: GrantState.SUSPENDED,
    _S.EXPIRED: GrantState.EXPIRED,
    _S.REVOKING: GrantState.REVOKED,
    _S.REVOKED: GrantState.REVOKED,
    _S.ARCHIVED: GrantState.REVOKED,
}


@dataclass(frozen=True)
class Filed:
    """The ids of an application and of what hangs on it; '' or empty where its state has none."""

    id: str
    points: tuple[str, ...]
    agreement: str = ""
    work_order: str = ""
    grants: tuple[str, ...] = ()


async def add_application(
    tx: Transaction,
    city: City,
    state: ApplicationState,
    point_ids: Sequence[str],
    now: datetime,
    *,
    operations: Sequence[Operation] = (Operation.LIVE, Operation.SNAPSHOT),
    days: int = 365,
    organization_id: str = "",
    system_id: str = "",
    access_key: str = "",
) -> Filed:
    """Filed by the unit's clerk and leader, reviewed by the city's first person of each role.

    From ``agreement_pending`` on there is an agreement; from ``provisioning`` a work order and grants; from ``active``
    the unit's viewer is on the roster and has acknowledged. ``access_key``: also credentials of that name.
    """
    application_id = fresh_id()
    organization_id = organization_id or city.unit
    system_id = system_id or city.system
    clerk, leader = city.persons[Role.UNIT_CLERK], city.persons[Role.UNIT_LEADER]
    contact = {"name": "张三", "telephone": "0559-2300000", "mobile": "13900000000", "email": "a@example.cn"}
    parts = ("responsible_person", "contact_person", "technical_contact")
    await tx.connection.execute(
        insert(applications).values(
            id=application_id,
            number=f"T{application_id[:8]}",
            organization_id=organization_id,
            system_id=system_id,
            state=state,
            purpose="占道经营巡查",
            legal_basis="市容管理职责",
            areas=["341002"],
            categories=["背街小巷"],
            contacts=dict.fromkeys(parts, contact),
            valid_from=now.date(),
            valid_until=(now + timedelta(days=days)).date(),
            consultation={
                "held_on": now.date().isoformat(),
                "police_official": "李警官",
                "committee_official": "王同志",
                "summary": "点位与权限已对接",
            },
            sealed_form=True,
            round=0 if state is _S.DRAFT else 1,
            filed_by=[clerk.id, leader.id],
            policy_version="2020-06-12",
            created_at=now,
            state_since=now,
        )
    )
    requested = sorted(operations)
    consented = None if state in _BEFORE_CONSENT else requested
    await tx.connection.execute(
        insert(application_points),
        [
            {
                "application_id": application_id,
                "point_id": point_id,
                "position": position,
                "requested": requested,
                "consented": consented,
            }
            for position, point_id in enumerate(point_ids)
        ],
    )
    await _add_sealed_form(tx, application_id, leader, now)
    await _add_opinions(tx, city, application_id, state, now)
    filed = Filed(application_id, tuple(point_ids))
    if state not in _AGREEMENT_OF:
        return filed
    agreement_id = await _add_agreement(tx, city, filed.id, organization_id, _AGREEMENT_OF[state], now)
    if state not in _GRANT_OF:
        return Filed(application_id, filed.points, agreement_id)
    order_id = await _add_work_order(tx, application_id, system_id, state, now)
    grant_rows = [
        {
            "id": fresh_id(),
            "application_id": application_id,
            "organization_id": organization_id,
            "system_id": system_id,
            "point_id": point_id,
            "operations": requested,
            "state": _GRANT_OF[state],
            "valid_from": now,
            "valid_until": now + timedelta(days=days),
        }
        for point_id in point_ids
    ]
    await tx.connection.execute(insert(grants), grant_rows)
    if _GRANT_OF[state] is not GrantState.PENDING and organization_id == city.unit:
        await acknowledge(tx, city.persons[Role.UNIT_VIEWER], system_id, agreement_id, now)
    if access_key:
        await tx.connection.execute(
            insert(interface_credentials).values(
                access_key=access_key,
                system_id=system_id,
                secret_encrypted=b"",
                issued_by=city.persons[Role.OPERATOR_PROVISIONER].id,
                issued_at=now,
            )
        )
    return Filed(
        application_id, filed.points, agreement_id, order_id, tuple(str(row["id"]) for row in grant_rows)
    )


async def acknowledge(
    tx: Transaction, person: Person, system_id: str, agreement_id: str, now: datetime
) -> None:
    """Put on the system's roster and bound by the agreement's text (Annex 2 clause 2.3)."""
    await add_to_roster(tx, system_id, person.id)
    await tx.connection.execute(
        insert(acknowledgements).values(
            agreement_id=agreement_id,
            person_id=person.id,
            text_version=1,
            signature_name=person.name,
            acknowledged_at=now,
        )
    )


async def _add_sealed_form(tx: Transaction, application_id: str, leader: Person, now: datetime) -> None:
    await tx.connection.execute(
        insert(documents).values(
            id=fresh_id(),
            kind="sealed_form",
            application_id=application_id,
            organization_id=leader.organization_id,
            file_name="申请表.pdf",
            media_type="application/pdf",
            size=4,
            sm3="0" * 64,
            stored_by=leader.id,
            stored_at=now,
        )
    )


async def _add_opinions(
    tx: Transaction, city: City, application_id: str, state: ApplicationState, now: datetime
) -> None:
    written = [(OpinionKind.POLICE_ACCEPTANCE, "accepted", Role.POLICE_REVIEWER)]
    if state not in _BEFORE_CONSENT:
        written.append((OpinionKind.POLICE, "consented", Role.POLICE_LEADER))
    if state in _AGREEMENT_OF:
        written.append((OpinionKind.BUREAU_REVIEW, "reviewed", Role.BUREAU_REVIEWER))
        written.append((OpinionKind.BUREAU, "approved", Role.BUREAU_APPROVER))
    if state in (_S.DRAFT, _S.SUBMITTED, _S.WITHDRAWN):
        return
    await tx.connection.execute(
        insert(opinions),
        [
            {
                "id": fresh_id(),
                "application_id": application_id,
                "round": 1,
                "position": order,
                "kind": kind,
                "decision": decision,
                "text": "同意",
                "person_id": city.persons[role].id,
                "person_name": city.persons[role].name,
                "signed_at": now + timedelta(microseconds=order),
            }
            for order, (kind, decision, role) in enumerate(written)
        ],
    )


async def _add_agreement(
    tx: Transaction,
    city: City,
    application_id: str,
    organization_id: str,
    state: AgreementState,
    now: datetime,
) -> str:
    agreement_id = fresh_id()
    signed = state in (AgreementState.EFFECTIVE, AgreementState.SURVIVING)

    def signature(role: Role) -> dict[str, str] | None:
        person = city.persons[role]
        row = {"person_id": person.id, "person_name": person.name, "signed_at": now.isoformat()}
        return {**row, "sealed_scan_sm3": "1" * 64} if signed else None

    await tx.connection.execute(
        insert(agreements).values(
            id=agreement_id,
            application_id=application_id,
            organization_id=organization_id,
            state=state,
            text_version=1,
            schedule_digest="2" * 64,
            unit_signature=signature(Role.UNIT_LEADER),
            bureau_signature=signature(Role.BUREAU_APPROVER),
            effective_at=now if signed else None,
            created_at=now,
        )
    )
    return agreement_id


async def _add_work_order(
    tx: Transaction, application_id: str, system_id: str, state: ApplicationState, now: datetime
) -> str:
    order_id = fresh_id()
    order_state = {_S.PROVISIONING: "open", _S.PROVISION_FAILED: "failed"}.get(state, "done")
    await tx.connection.execute(
        insert(work_orders).values(
            id=order_id,
            number=f"W{order_id[:8]}",
            application_id=application_id,
            system_id=system_id,
            kind="provision",
            state=order_state,
            tested_at=now if order_state == "done" else None,
            created_at=now,
            closed_at=None if order_state == "open" else now,
        )
    )
    return order_id
