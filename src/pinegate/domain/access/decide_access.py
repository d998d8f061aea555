"""The rule that decides. One pure function, asked on every channel, and asked again whenever anything it read changes.

Play is allowed only if the application is active ∧ the agreement in force ∧ the grant valid now ∧ the point listed
and still marked shareable ∧ the operation granted ∧ the person on the system's roster and bound by acknowledgement.
Sound is an operation of its own: pictures without it are silent.
"""

from datetime import datetime

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.request import (
    LEASE_SECONDS,
    SENSITIVE_LEASE_SECONDS,
    AccessChannel,
    AccessFacts,
    AccessRequest,
    Allowed,
    Denied,
    GrantFacts,
    PersonFacts,
    PointFacts,
    SystemFacts,
)
from pinegate.domain.access.tracks import PICTURE, PICTURE_AND_SOUND, Track
from pinegate.domain.applications.states import PICTURES_FLOW
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.operation import SENSITIVE, Operation
from pinegate.domain.grants.grant import GrantState
from pinegate.domain.organizations.parties import PersonState, Standing

_MAY_ACT = frozenset({PersonState.ACCOUNT_ACTIVE, PersonState.ACKNOWLEDGED})

_GRANT_STATE_DENIALS = {
    GrantState.PENDING: DenialReason.GRANT_PENDING,
    GrantState.SUSPENDED: DenialReason.GRANT_SUSPENDED,
    GrantState.REVOKED: DenialReason.GRANT_REVOKED,
    GrantState.EXPIRED: DenialReason.GRANT_EXPIRED,
}


def decide_access(request: AccessRequest, facts: AccessFacts, now: datetime) -> Allowed | Denied:
    """May ``request`` be carried out at ``now``, given ``facts``?

    The first reason found is given. Among several grants for the point one that allows suffices; otherwise the denial
    of the newest is told.
    """
    person, system, point = facts.person, facts.system, facts.point
    if not request.reason.strip():
        return Denied(DenialReason.REASON_MISSING)
    if person is None:
        return Denied(DenialReason.PERSON_UNKNOWN)
    if person.organization_standing is not Standing.ACTIVE:
        return Denied(DenialReason.ORGANIZATION_NOT_ACTIVE)
    if request.channel is AccessChannel.OPERATOR_TEST:
        return _decide_operator_test(request, facts, person)
    denial = _system_denial(request, person, system)
    if denial is not None:
        return Denied(denial)
    if point is None:
        return Denied(DenialReason.POINT_UNKNOWN)
    if not facts.grants:
        return Denied(DenialReason.NOT_GRANTED)
    denial = _point_denial(point)
    if denial is not None:
        return Denied(denial, facts.grants[-1].grant.id)
    return _decide_on_grants(request, person, facts.grants, now)


def _system_denial(
    request: AccessRequest, person: PersonFacts, system: SystemFacts | None
) -> DenialReason | None:
    if system is None or system.standing is not Standing.ACTIVE:
        return DenialReason.SYSTEM_NOT_ACTIVE
    if system.organization_id != person.organization_id:
        return DenialReason.NOT_ON_ROSTER
    if request.channel is AccessChannel.INTERFACE and not system.interface_open:
        return DenialReason.CREDENTIAL_WITHDRAWN
    if person.state not in _MAY_ACT:
        return DenialReason.PERSON_NOT_ACTIVE
    return None


def _point_denial(point: PointFacts) -> DenialReason | None:
    if point.secret:
        return DenialReason.POINT_SECRET
    if not point.sharing_mark:
        return DenialReason.SHARING_MARK_WITHDRAWN
    if point.listing_state is not ListingState.LISTED:
        return DenialReason.POINT_NOT_LISTED
    return None


def _decide_on_grants(
    request: AccessRequest, person: PersonFacts, grants: tuple[GrantFacts, ...], now: datetime
) -> Allowed | Denied:
    denied = Denied(DenialReason.NOT_GRANTED)
    for facts in grants:
        reason = _grant_denial(request.operation, person, facts, now)
        if reason is None:
            grant = facts.grant
            lease = SENSITIVE_LEASE_SECONDS if request.operation in SENSITIVE else LEASE_SECONDS
            tracks = _tracks(request.operation, person, grants, now)
            return Allowed(grant.id, grant.application_id, grant.valid_until, lease, tracks)
        denied = Denied(reason, facts.grant.id)
    return denied


def _tracks(
    operation: Operation, person: PersonFacts, grants: tuple[GrantFacts, ...], now: datetime
) -> frozenset[Track]:
    """Sound is asked for by the same rule as the pictures, and may stand on another grant of the point."""
    if operation is not Operation.LIVE:
        return frozenset()
    heard = any(_grant_denial(Operation.AUDIO, person, facts, now) is None for facts in grants)
    return PICTURE_AND_SOUND if heard else PICTURE


def _grant_denial(
    operation: Operation, person: PersonFacts, facts: GrantFacts, now: datetime
) -> DenialReason | None:
    grant, agreement = facts.grant, facts.agreement
    if grant.state is not GrantState.ACTIVE:
        return _GRANT_STATE_DENIALS[grant.state]
    if now < grant.valid_from:
        return DenialReason.GRANT_NOT_YET_VALID
    if now >= grant.valid_until:
        return DenialReason.GRANT_EXPIRED
    if operation not in grant.operations:
        return DenialReason.OPERATION_NOT_GRANTED
    if facts.application_state not in PICTURES_FLOW:
        return DenialReason.APPLICATION_NOT_ACTIVE
    if agreement is None or not agreement.in_force:
        return DenialReason.AGREEMENT_NOT_EFFECTIVE
    if not person.on_roster:  # after the grant: a revocation closes the roster too, and is what must be told
        return DenialReason.NOT_ON_ROSTER
    if agreement.id not in person.acknowledged_agreements:
        return DenialReason.NOT_ACKNOWLEDGED
    return None


def _decide_operator_test(
    request: AccessRequest, facts: AccessFacts, person: PersonFacts
) -> Allowed | Denied:
    """The operator's test play: a silent look at a listed point, and only in an open work order (article 5)."""
    if person.state is not PersonState.ACCOUNT_ACTIVE:
        return Denied(DenialReason.PERSON_NOT_ACTIVE)
    if facts.point is None:
        return Denied(DenialReason.POINT_UNKNOWN)
    if not facts.work_order_open or request.operation is not Operation.LIVE:
        return Denied(DenialReason.WORK_ORDER_NOT_OPEN)
    denial = _point_denial(facts.point)
    if denial is not None:
        return Denied(denial)
    return Allowed(None, None, None, SENSITIVE_LEASE_SECONDS, PICTURE)
