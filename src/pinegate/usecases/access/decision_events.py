"""The audit events of the access register."""

from pinegate.domain.access.request import Denied
from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.usecases.access.ports import ClosedEntry, RegisterEntry
from pinegate.usecases.act import Act, Party


def decided(entry: RegisterEntry, act: Act) -> AuditEvent:
    """``access.allowed`` or ``access.denied``, with what was asked and on what grounds it was answered."""
    decision = entry.decision
    if isinstance(decision, Denied):
        return _event(
            AuditEventName.ACCESS_DENIED, entry, act, protocol=entry.protocol, denial=decision.reason.value
        )
    return _event(
        AuditEventName.ACCESS_ALLOWED,
        entry,
        act,
        protocol=entry.protocol,
        application=decision.application_id,
        tracks=sorted(decision.tracks),
    )


def started(entry: RegisterEntry, act: Act) -> AuditEvent:
    """``access.started``: the ticket was redeemed and the second decision was yes as well."""
    return _event(AuditEventName.ACCESS_STARTED, entry, act)


def ended(session: ClosedEntry, act: Act) -> AuditEvent:
    """``access.ended``, with the reason that the viewer is shown."""
    return act.event_of(
        Party(session.person_id, session.organization_id),
        AuditEventName.ACCESS_ENDED,
        "play_session",
        session.id,
        reason=str(session.end),
        bytes=session.bytes_sent,
        point=session.point_id,
    )


def _event(name: AuditEventName, entry: RegisterEntry, act: Act, **details: AuditValue) -> AuditEvent:
    request = entry.request
    return act.event_of(
        Party(request.person_id, entry.organization_id),
        name,
        "play_session",
        entry.id,
        # `door`, and not `channel`: the key of every such event since 0.1.0. A canonical form that was written never
        # changes, and whoever searches the log or checks it finds old and new events by the one key.
        door=request.channel.value,
        operation=request.operation.value,
        point=request.point_id,
        system=request.system_id,
        work_order=request.work_order_id,
        access_key=request.access_key,
        reason=request.reason,
        grant=entry.decision.grant_id,
        **details,
    )
