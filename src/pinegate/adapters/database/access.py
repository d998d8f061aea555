"""The access register, and everything that decisions read, by one statement however many are decided.

Opening a stream is the hot path of the whole program, so this store speaks to psycopg itself (see ``driver``).
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from pinegate.adapters.database.access_changes import KEEP_CHANGES_OUT
from pinegate.adapters.database.access_facts import (
    CAMERA_OF_POINT,
    FACTS_OF_REQUESTS,
    FACTS_OF_TICKETS,
    STANDS_ON,
    request_from,
    requests_document,
    situation_from,
    tracks_from,
)
from pinegate.adapters.database.audit import events_document
from pinegate.adapters.database.driver import Driver, Row
from pinegate.adapters.database.register_lines import INSERT_LINES, lines_document
from pinegate.domain.access.request import Allowed
from pinegate.domain.access.session_end import End
from pinegate.domain.audit.event import AuditEvent
from pinegate.domain.organizations.parties import Actor
from pinegate.usecases.access.ports import (
    ClosedEntry,
    IssuedTicket,
    RegisterEntry,
    Situation,
    StreamRequest,
)
from pinegate.usecases.streams.media_engine import SessionEnded, Transport
from pinegate.usecases.streams.signalling import Camera

_START = """
update access_register r
set started_at = %s, grant_id = s.grant_id, application_id = s.application_id, lease_seconds = s.lease_seconds
from json_to_recordset(%s::json)
    as s (id text, grant_id text, application_id text, lease_seconds double precision)
where r.id = s.id
"""

_KNOWN_TICKETS = "select ticket_digest from access_register where ticket_digest = any(%s)"

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

_PORTAL_SESSIONS = """
select r.id, r.portal_session_id from access_register r where r.id = any(%s) and r.ended_at is null
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

    async def situations(self, asked: Sequence[StreamRequest]) -> Sequence[Situation]:
        found = await self._execute(FACTS_OF_REQUESTS, (requests_document(asked),))
        return [situation_from(row) for row in await found.fetchall()]

    async def register(self, entries: Sequence[RegisterEntry], events: Sequence[AuditEvent]) -> None:
        await self._execute(INSERT_LINES, (events_document(events), lines_document(entries)))

    async def tickets(self, digests: Sequence[bytes]) -> Mapping[bytes, IssuedTicket]:
        rows = await (await self._execute(FACTS_OF_TICKETS, (list(digests),))).fetchall()
        return {row.ticket_digest: _issued(row) for row in rows}

    async def known_tickets(self, digests: Sequence[bytes]) -> Collection[bytes]:
        rows = await (await self._execute(_KNOWN_TICKETS, (list(digests),))).fetchall()
        return frozenset(row.ticket_digest for row in rows)

    async def start(self, allowed: Mapping[str, Allowed], now: datetime) -> None:
        started = [
            {
                "id": session_id,
                "grant_id": decision.grant_id,
                "application_id": decision.application_id,
                "lease_seconds": decision.lease_seconds,
            }
            for session_id, decision in allowed.items()
        ]
        await self._execute(_START, (now, json.dumps(started)))

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

    async def portal_sessions(self, session_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Of the plays among these that go on: the portal session that each was opened in."""
        return {
            row.id: row.portal_session_id
            for row in await (await self._execute(_PORTAL_SESSIONS, (list(session_ids),))).fetchall()
        }

    async def unacknowledged(self, person_id: str) -> Sequence[Mapping[str, Any]]:
        """Agreements in force whose duty of confidence the person has not acknowledged yet (Annex 2 clause 2.3)."""
        rows = await (await self._execute(_UNACKNOWLEDGED, {"person": person_id})).fetchall()
        return [row._asdict() for row in rows]

    async def systems_of(self, actor: Actor) -> Sequence[Mapping[str, Any]]:
        """The unit's information systems, and whether the person is on their roster."""
        rows = await (await self._execute(_SYSTEMS, (actor.person_id, actor.organization_id))).fetchall()
        return [row._asdict() for row in rows]


def _issued(row: Row) -> IssuedTicket:
    return IssuedTicket(
        session_id=row.id,
        request=request_from(row),
        protocol=row.protocol,
        tracks=tracks_from(row),
        portal_session_id=row.portal_session_id,
        expires_at=row.ticket_expires_at,
        situation=situation_from(row),
    )
