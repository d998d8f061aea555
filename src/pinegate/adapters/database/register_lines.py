"""Lines of the access register with their audit events, any number by one statement."""

import json
from collections.abc import Sequence

from pinegate.adapters.database.audit import INSERT_EVENTS
from pinegate.domain.access.request import Allowed
from pinegate.usecases.access.ports import RegisterEntry

_COLUMNS = """
    id text, channel text, outcome text, denial_reason text, operation text, person_id text, organization_id text,
    system_id text, point_id text, grant_id text, application_id text, work_order_id text, portal_session_id text,
    access_key text, reason text, client_host text, protocol text, tracks text[], ticket_digest text,
    ticket_expires_at timestamptz, lease_seconds double precision, requested_at timestamptz, started_at timestamptz,
    ended_at timestamptz
"""

INSERT_LINES = (
    f"with written as ({INSERT_EVENTS})"  # noqa: S608 -- constants; every value is bound
    f"""
insert into access_register (id, channel, outcome, denial_reason, operation, person_id, organization_id, system_id,
    point_id, grant_id, application_id, work_order_id, portal_session_id, access_key, reason, client_host, protocol,
    tracks, ticket_digest, ticket_expires_at, lease_seconds, requested_at, started_at, ended_at)
select id, channel, outcome, denial_reason, operation, person_id, organization_id, system_id,
    point_id, grant_id, application_id, work_order_id, portal_session_id, access_key, reason, client_host, protocol,
    tracks, decode(ticket_digest, 'hex'), ticket_expires_at, lease_seconds, requested_at, started_at, ended_at
from json_to_recordset(%s::json) as r ({_COLUMNS})
"""
)
"""Values: ``events_document``, ``lines_document``."""


def lines_document(entries: Sequence[RegisterEntry]) -> str:
    """The second of the two values."""
    return json.dumps([_line(entry) for entry in entries])


def _line(entry: RegisterEntry) -> dict[str, object]:
    request, decision = entry.request, entry.decision
    allowed = isinstance(decision, Allowed)
    requested_at = entry.requested_at.isoformat()
    return {
        "id": entry.id,
        "channel": request.channel.value,
        "outcome": "allowed" if allowed else "denied",
        "denial_reason": None if allowed else decision.reason.value,
        "operation": request.operation.value,
        "person_id": request.person_id,
        "organization_id": entry.organization_id,
        "system_id": request.system_id,
        "point_id": request.point_id,
        "grant_id": decision.grant_id,
        "application_id": decision.application_id if allowed else None,
        "work_order_id": request.work_order_id,
        "portal_session_id": entry.portal_session_id,
        "access_key": request.access_key,
        "reason": request.reason,
        "client_host": request.client_host,
        "protocol": entry.protocol,
        "tracks": sorted(decision.tracks) if allowed else [],
        "ticket_digest": entry.ticket_digest.hex() if entry.ticket_digest else None,
        "ticket_expires_at": entry.ticket_expires_at.isoformat() if entry.ticket_expires_at else None,
        "lease_seconds": decision.lease_seconds if allowed else 0.0,
        "requested_at": requested_at,
        "started_at": requested_at if allowed and entry.ticket_digest is None else None,
        "ended_at": None if allowed else requested_at,
    }
