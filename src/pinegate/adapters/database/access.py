"""The access register, and everything a decision reads, by one statement.

Opening a stream is the hot path of the whole program, so this store speaks to psycopg itself (see ``driver``).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pinegate.adapters.database.access_changes import KEEP_CHANGES_OUT
from pinegate.adapters.database.access_facts import (
    CAMERA_OF_POINT,
    FACTS_OF_ONE,
    FACTS_OF_TICKET,
    STANDS_ON,
    request_from,
    situation_from,
    tracks_from,
)
from pinegate.adapters.database.audit import INSERT_EVENT, event_values
from pinegate.adapters.database.driver import Driver, Row
from pinegate.domain.access.request import AccessRequest, Allowed
from pinegate.domain.access.session_end import End
from pinegate.domain.audit.event import AuditEvent
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.access.ports import (
    ClosedEntry,
    IssuedTicket,
    RegisterEntry,
    Situation,
)
from pinegate.usecases.streams.media_engine import SessionEnded, Transport
from pinegate.usecases.streams.signalling import Camera

_REGISTER = (
    f"with written as ({INSERT_EVENT})"  # noqa: S608 -- constants; every value is bound
    """
insert into access_register (id, channel, outcome, denial_reason, operation, person_id, organization_id, system_id,
    point_id, grant_id, application_id, work_order_id, portal_session_id, access_key, reason, client_host, protocol,
    tracks, ticket_digest, ticket_expires_at, lease_seconds, requested_at, started_at, ended_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
)

_START = """
update access_register set started_at = %s, grant_id = %s, application_id = %s, lease_seconds = %s where id = %s
"""

# Who locks several of the register's rows locks them in the order of their ids: no two then wait for each other.
_END = """
update access_register r
set ended_at = coalesce(r.ended_at, %s),
    end_reason = coalesce(r.end_reason, e.reason),
    bytes_sent = greatest(r.bytes_sent, e.bytes_sent)
from unnest(%s::text[], %s::text[], %s::bigint[]) as e (id, reason, bytes_sent),
    (select id, ended_at from access_register where id = any(%s) order by id for update) as before
where r.id = e.id and before.id = e.id
returning r.id, r.portal_session_id, r.end_reason, r.person_id, r.organization_id, r.point_id, r.bytes_sent,
    before.ended_at is null as newly
"""

_BYTES = """
update access_register r set bytes_sent = greatest(r.bytes_sent, b.bytes_sent)
from unnest(%s::text[], %s::bigint[]) as b (id, bytes_sent),
    (select id from access_register where id = any(%s) order by id for update) as before
where r.id = b.id and before.id = b.id
"""

_OPEN_SESSIONS = """
select id from access_register
where outcome = 'allowed' and ended_at is null
    and coalesce(epoch, 0) <= coalesce(nullif(current_setting('pinegate.epoch', true), ''), '0')::bigint
"""

_EXPIRED_TICKETS = """
select id from access_register
where outcome = 'allowed' and ended_at is null and started_at is null and ticket_expires_at < %s
"""

_COUNT_RUNNING = (
    """
select count(*) as running from access_register r
where r.outcome = 'allowed' and r.ended_at is null and r.started_at is not null and r.ticket_digest is not null and (
"""
    + STANDS_ON
    + ")"
)

_PLAY = """
select r.person_id, r.system_id, r.access_key, r.point_id, r.started_at, r.ended_at, r.end_reason
from access_register r where r.id = %s and r.outcome = 'allowed'
"""

_UNACKNOWLEDGED = """
select g.id as agreement_id, g.application_id, s.name as system_name, g.text_version
from roster_entries e
join information_systems s on s.id = e.system_id
join applications a on a.system_id = s.id
join agreements g on g.application_id = a.id and g.state = 'effective'
where e.person_id = %(person)s and not e.removed and not exists (
    select from acknowledgements k
    where k.agreement_id = g.id and k.person_id = %(person)s and k.text_version = g.text_version)
order by s.name, g.id
limit 100
"""

_SYSTEMS = """
select s.id, s.name, exists (
    select from roster_entries e where e.system_id = s.id and e.person_id = %s and not e.removed) as may_watch
from information_systems s where s.organization_id = %s and s.standing = 'active' order by s.name limit 200
"""


class AccessRows:
    """Implements ``usecases.access.ports.AccessStore``."""

    def __init__(self, driver: Driver) -> None:
        self._execute = driver.execute

    async def lock_out_changes(self) -> None:
        await self._execute(KEEP_CHANGES_OUT, ())

    async def situation(self, request: AccessRequest, portal_session_id: str | None) -> Situation:
        found = await self._execute(
            FACTS_OF_ONE,
            (
                request.person_id,
                request.system_id,
                request.point_id,
                request.work_order_id,
                request.access_key,
                portal_session_id,
            ),
        )
        return situation_from(await found.fetchone())

    async def register(self, entry: RegisterEntry, event: AuditEvent) -> None:
        request, decision = entry.request, entry.decision
        allowed = isinstance(decision, Allowed)
        at_once = allowed and entry.ticket_digest is None
        await self._execute(
            _REGISTER,
            (
                *event_values(event),
                entry.id,
                request.channel.value,
                "allowed" if allowed else "denied",
                None if allowed else decision.reason.value,
                request.operation.value,
                request.person_id,
                entry.organization_id,
                request.system_id,
                request.point_id,
                decision.grant_id,
                decision.application_id if allowed else None,
                request.work_order_id,
                entry.portal_session_id,
                request.access_key,
                request.reason,
                request.client_host,
                entry.protocol,
                sorted(decision.tracks) if allowed else [],
                entry.ticket_digest,
                entry.ticket_expires_at,
                decision.lease_seconds if allowed else 0.0,
                entry.requested_at,
                entry.requested_at if at_once else None,
                None if allowed else entry.requested_at,
            ),
        )

    async def ticket(self, digest: bytes) -> IssuedTicket | None:
        row = await (await self._execute(FACTS_OF_TICKET, (digest,))).fetchone()
        if row is None:
            return None
        return IssuedTicket(
            session_id=row.id,
            request=request_from(row),
            protocol=row.protocol,
            tracks=tracks_from(row),
            portal_session_id=row.portal_session_id,
            expires_at=row.ticket_expires_at,
            used=row.started_at is not None or row.ended_at is not None,
            situation=situation_from(row),
        )

    async def start(self, session_id: str, allowed: Allowed, now: datetime) -> None:
        await self._execute(
            _START, (now, allowed.grant_id, allowed.application_id, allowed.lease_seconds, session_id)
        )

    async def end(self, ended: Sequence[SessionEnded], now: datetime) -> Sequence[ClosedEntry]:
        ids = [session.session_id for session in ended]
        reasons = [str(session.end) for session in ended]
        sent = [session.bytes for session in ended]
        rows = await (await self._execute(_END, (now, ids, reasons, sent, ids))).fetchall()
        return [
            ClosedEntry(
                id=row.id,
                portal_session_id=row.portal_session_id,
                end=End.read(row.end_reason),
                person_id=row.person_id,
                organization_id=row.organization_id,
                point_id=row.point_id,
                bytes_sent=row.bytes_sent,
            )
            for row in rows
            if row.newly
        ]

    async def count_bytes(self, totals: Mapping[str, int]) -> None:
        """Bytes sent since each session began; never lowered."""
        ids = list(totals)
        await self._execute(_BYTES, (ids, list(totals.values()), ids))

    async def open_sessions(self) -> Sequence[str]:
        """Everything allowed whose end is not written down, of this term and of those before."""
        rows = await (await self._execute(_OPEN_SESSIONS, ())).fetchall()
        return [row.id for row in rows]

    async def expired_tickets(self, now: datetime) -> Sequence[str]:
        """Sessions that nobody came for in time."""
        rows = await (await self._execute(_EXPIRED_TICKETS, (now,))).fetchall()
        return [row.id for row in rows]

    async def count_running(self, touched_by: Collection[str]) -> int:
        """Live sessions that stand on any of these ids."""
        row = await (await self._execute(_COUNT_RUNNING, {"touched": list(touched_by)})).fetchone()
        return int(row.running) if row else 0

    async def newest_change(self) -> int:
        row = await (
            await self._execute("select coalesce(max(sequence), 0) as newest from access_changes", ())
        ).fetchone()
        return int(row.newest) if row else 0

    async def camera(self, point_id: str) -> Camera | None:
        """How to ask for a point's pictures; None when its device is switched off."""
        row = await (await self._execute(CAMERA_OF_POINT, (point_id,))).fetchone()
        if row is None:
            return None
        registered = row.address.rsplit(":", 1)[0].strip("[]")
        transport = Transport(row.media_transport)
        hosts = tuple(row.media_hosts)
        return Camera(row.device_code, row.channel_code, transport, registered, hosts, row.strict_ssrc)

    async def play(self, session_id: str) -> Row | None:
        """A play session's person, point and state."""
        return await (await self._execute(_PLAY, (session_id,))).fetchone()

    async def unacknowledged(self, person_id: str) -> Sequence[Mapping[str, Any]]:
        """Agreements in force whose duty of confidence the person has not acknowledged yet (Annex 2 clause 2.3)."""
        rows = await (await self._execute(_UNACKNOWLEDGED, {"person": person_id})).fetchall()
        return [row._asdict() for row in rows]

    async def systems_of(self, actor: Actor) -> Sequence[Mapping[str, Any]]:
        """The unit's information systems, and whether the person is on their roster."""
        rows = await (await self._execute(_SYSTEMS, (actor.person_id, actor.organization_id))).fetchall()
        return [row._asdict() for row in rows]
