"""Everything that ``decide_access`` reads, by one statement, for all that ask at once or for all running sessions."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from pinegate.domain.access.request import (
    AccessChannel,
    AccessFacts,
    AccessRequest,
    GrantFacts,
    PersonFacts,
    PointFacts,
    SystemFacts,
)
from pinegate.domain.access.tracks import Track
from pinegate.domain.agreements.agreement import Agreement, AgreementState
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import Grant, GrantState
from pinegate.domain.organizations.parties import PersonState, Standing
from pinegate.usecases.access.ports import Situation, StreamRequest

_KEPT = 1000

_GRANTS = """
        jsonb_agg(jsonb_build_object(
            'id', g.id, 'operations', g.operations, 'state', g.state, 'organization_id', g.organization_id,
            'valid_from', g.valid_from, 'valid_until', g.valid_until, 'version', g.version,
            'application_id', a.id, 'application_state', a.state,
            'agreement_id', m.id, 'agreement_state', m.state, 'text_version', m.text_version,
            'schedule_digest', m.schedule_digest) order by a.created_at, g.id)::text as grants
        from grants g
        join applications a on a.id = g.application_id
        left join agreements m on m.application_id = a.id
"""

_FACTS = """
select asked.*,
    o.id as person_organization_id, o.name as organization_name, o.standing as organization_standing,
    p.name as person_name, p.state as person_state,
    exists (select from roster_entries e
        where e.system_id = asked.system_id and e.person_id = asked.person_id and not e.removed) as on_roster,
    array(select k.agreement_id from acknowledgements k
        join agreements g on g.id = k.agreement_id and g.text_version = k.text_version
        where k.person_id = asked.person_id) as acknowledged,
    s.organization_id as system_organization_id, s.name as system_name, s.standing as system_standing,
    exists (select from interface_credentials i
        where i.access_key = asked.access_key and i.system_id = asked.system_id
        and i.withdrawn_at is null) as interface_open,
    c.name as point_name, c.listing_state, c.sharing_mark, c.secret,
    granted.grants,
    exists (select from work_orders w
        join grants g on g.application_id = w.application_id and g.point_id = asked.point_id
        where w.id = asked.work_order_id and w.state = 'open') as work_order_open,
    asked.portal_session_id is null or exists (select from portal_sessions t
        where t.id = asked.portal_session_id and t.ended_at is null) as signed_in
from asked
left join persons p on p.id = asked.person_id
left join organizations o on o.id = p.organization_id
left join information_systems s on s.id = asked.system_id
left join camera_points c on c.id = asked.point_id
"""

_OF_ONE = (
    _FACTS
    + "left join lateral (select"
    + _GRANTS
    + "where g.system_id = asked.system_id and g.point_id = asked.point_id) as granted on true"
)

_OF_MANY = (
    """,
granted as materialized (select g.system_id, g.point_id,"""  # noqa: S608 -- constants; every value is bound
    + _GRANTS
    + """where (g.system_id, g.point_id) in (select system_id, point_id from asked) group by g.system_id, g.point_id)
"""
    + _FACTS
    + "left join granted on granted.system_id = asked.system_id and granted.point_id = asked.point_id"
)
"""Thousands may watch a few cameras: the grants are put together once for each of these."""

FACTS_OF_REQUESTS = (
    """
with asked as (select * from json_to_recordset(%s::json)
    as r (number int, person_id text, system_id text, point_id text, work_order_id text, access_key text,
        portal_session_id text))
"""  # noqa: S608 -- constants; every value is bound
    + _OF_ONE
    + " order by asked.number"
)
"""Value: ``requests_document``. A row for each, in their order."""

FACTS_OF_TICKETS = (
    """
with asked as (select * from access_register
    where ticket_digest = any(%s) and started_at is null and ended_at is null order by id for update)
"""  # noqa: S608 -- constants; every value is bound
    + _OF_ONE
)
"""Value: the tickets' digests. Only what may still be redeemed is locked, so that a second comer waits and then does
not find it any more; and all in one order, which is the order of the ends."""

STANDS_ON = """
    r.point_id = any(%(touched)s::text[]) or r.system_id = any(%(touched)s::text[])
    or r.person_id = any(%(touched)s::text[]) or r.organization_id = any(%(touched)s::text[])
    or (r.system_id, r.point_id) in (select g.system_id, g.point_id from grants g
        where g.id = any(%(touched)s::text[]) or g.application_id = any(%(touched)s::text[]))
    or r.work_order_id in (select w.id from work_orders w
        where w.id = any(%(touched)s::text[]) or w.application_id = any(%(touched)s::text[]))
"""
"""Whether the session ``r`` stands on one of the ids ``touched``."""

_ASKED_LIVE = """
asked as (
    select r.* from access_register r
    where r.outcome = 'allowed' and r.ended_at is null and r.ticket_digest is not null and (
"""

LIVE = (
    "with" + _ASKED_LIVE + "%(lease)s::double precision is null or r.lease_seconds <= %(lease)s))" + _OF_MANY
)
"""Running sessions, and tickets not redeemed yet. Value: ``lease`` (seconds at most, or None for all)."""

LIVE_OF_CHANGES = (
    "with changed as (select target_id from access_changes where sequence > %(after)s),"  # noqa: S608 -- as above
    + _ASKED_LIVE
    + STANDS_ON.replace("any(%(touched)s::text[])", "any(array(select target_id from changed))")
    + "))"
    + _OF_MANY
)
"""Of those, whom a change may concern. Value: ``after`` (the number of the last change that was looked at). Ids are
unique among all kinds of things, so a change need not say of what kind it was: a session is found by every id it stands
on."""


CAMERA_OF_POINT = """
select d.device_code, c.channel_code, d.media_transport, d.media_hosts, d.address, d.strict_ssrc
from camera_points c join devices d on d.id = c.device_id where c.id = %s and d.enabled
"""
"""Where an allowed point's pictures come from; nothing while its device is switched off."""


def requests_document(asked: Sequence[StreamRequest]) -> str:
    """What ``FACTS_OF_REQUESTS`` is given."""
    return json.dumps(
        [
            {
                "number": number,
                "person_id": one.access.person_id,
                "system_id": one.access.system_id,
                "point_id": one.access.point_id,
                "work_order_id": one.access.work_order_id,
                "access_key": one.access.access_key,
                "portal_session_id": one.portal_session_id,
            }
            for number, one in enumerate(asked)
        ]
    )


def request_from(row: Any) -> AccessRequest:
    """The request of a register's row."""
    return AccessRequest(
        channel=AccessChannel(row.channel),
        person_id=row.person_id,
        system_id=row.system_id,
        point_id=row.point_id,
        operation=Operation(row.operation),
        reason=row.reason,
        client_host=row.client_host,
        work_order_id=row.work_order_id,
        access_key=row.access_key,
    )


def tracks_from(row: Any) -> frozenset[Track]:
    """What the session of a register's row carries."""
    return frozenset(Track(track) for track in row.tracks)


def situation_from(row: Any) -> Situation:
    """The facts and names of one row of the statements above."""
    return Situation(
        facts=AccessFacts(
            person=_person(row),
            system=_system(row),
            point=_point(row),
            grants=_grants(row.grants, row.system_id, row.point_id),
            work_order_open=row.work_order_open,
        ),
        signed_in=row.signed_in,
        person_name=row.person_name or "",
        organization_name=row.organization_name or "",
        system_name=row.system_name or "",
        point_name=row.point_name or "",
    )


def _person(row: Any) -> PersonFacts | None:
    if row.person_state is None:
        return None
    return PersonFacts(
        organization_id=row.person_organization_id,
        organization_standing=Standing(row.organization_standing),
        state=PersonState(row.person_state),
        on_roster=row.on_roster,
        acknowledged_agreements=frozenset(row.acknowledged),
    )


def _system(row: Any) -> SystemFacts | None:
    if row.system_standing is None:
        return None
    return SystemFacts(row.system_organization_id, Standing(row.system_standing), row.interface_open)


def _point(row: Any) -> PointFacts | None:
    if row.listing_state is None:
        return None
    return PointFacts(ListingState(row.listing_state), row.sharing_mark, row.secret)


@lru_cache(_KEPT)
def _grants(told: str | None, system_id: str, point_id: str) -> tuple[GrantFacts, ...]:
    """The same text means the same grants: those of a camera that many watch are read once."""
    return () if told is None else tuple(_grant(grant, system_id, point_id) for grant in json.loads(told))


def _grant(found: dict[str, Any], system_id: str, point_id: str) -> GrantFacts:
    grant = Grant(
        id=found["id"],
        application_id=found["application_id"],
        organization_id=found["organization_id"],
        system_id=system_id,
        point_id=point_id,
        operations=frozenset(Operation(operation) for operation in found["operations"]),
        state=GrantState(found["state"]),
        valid_from=datetime.fromisoformat(found["valid_from"]),
        valid_until=datetime.fromisoformat(found["valid_until"]),
        version=found["version"],
    )
    agreement = None
    if found["agreement_id"] is not None:
        agreement = Agreement(
            id=found["agreement_id"],
            application_id=found["application_id"],
            organization_id=found["organization_id"],
            state=AgreementState(found["agreement_state"]),
            text_version=found["text_version"],
            schedule_digest=found["schedule_digest"],
        )
    return GrantFacts(grant, ApplicationState(found["application_state"]), agreement)
