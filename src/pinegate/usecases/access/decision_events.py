"""The audit events of the access register."""

from collections.abc import Mapping
from datetime import datetime

from pinegate.domain.access.request import AccessRequest, Denied
from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.usecases.access.ports import ClosedEntry, RegisterEntry


def decided(entry: RegisterEntry, event_id: str) -> AuditEvent:
    """``access.allowed`` or ``access.denied``, with what was asked and on what grounds it was answered."""
    decision = entry.decision
    details: dict[str, AuditValue] = {"protocol": entry.protocol, "grant": decision.grant_id}
    if isinstance(decision, Denied):
        return _event(
            AuditEventName.ACCESS_DENIED,
            entry,
            event_id,
            entry.requested_at,
            {**details, "denial": decision.reason.value},
        )
    return _event(
        AuditEventName.ACCESS_ALLOWED,
        entry,
        event_id,
        entry.requested_at,
        {**details, "application": decision.application_id},
    )


def started(entry: RegisterEntry, event_id: str, now: datetime) -> AuditEvent:
    """``access.started``: the ticket was redeemed and the second decision was yes as well."""
    return _event(AuditEventName.ACCESS_STARTED, entry, event_id, now, {"grant": entry.decision.grant_id})


def ended(session: ClosedEntry, event_id: str, now: datetime) -> AuditEvent:
    """``access.ended``, with the reason that the viewer is shown."""
    return AuditEvent(
        id=event_id,
        name=AuditEventName.ACCESS_ENDED,
        at=now,
        actor_person_id=session.person_id,
        actor_organization_id=session.organization_id,
        subject_kind="play_session",
        subject_id=session.id,
        details={"reason": str(session.end), "bytes": session.bytes_sent, "point": session.point_id},
    )


def _event(
    name: AuditEventName,
    entry: RegisterEntry,
    event_id: str,
    now: datetime,
    details: Mapping[str, AuditValue],
) -> AuditEvent:
    request: AccessRequest = entry.request
    return AuditEvent(
        id=event_id,
        name=name,
        at=now,
        actor_person_id=request.person_id,
        actor_organization_id=entry.organization_id,
        subject_kind="play_session",
        subject_id=entry.id,
        client_host=request.client_host,
        details={
            "door": request.channel.value,  # the name of 0.1.0: the log's keys do not change under who searches it
            "operation": request.operation.value,
            "point": request.point_id,
            "system": request.system_id,
            "work_order": request.work_order_id,
            "access_key": request.access_key,
            "reason": request.reason,
            **details,
        },
    )
