"""What ``decide_access`` is asked, and everything it may look at."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.tracks import Track
from pinegate.domain.agreements.agreement import Agreement
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import Grant
from pinegate.domain.organizations.parties import PersonState, Standing

LEASE_SECONDS = 30.0
SENSITIVE_LEASE_SECONDS = 2.0
"""How long a session may go on unasked (security.md: 30 s, sensitive ones 2 s)."""


class AccessChannel(StrEnum):
    """The way by which the request came; each asks the same rule."""

    PORTAL = "portal"
    INTERFACE = "interface"
    OPERATOR_TEST = "operator_test"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """Who asks for what, for which system, and why (Decree 799 article 16 wants reason, content, unit and name).

    ``access_key``: the system's credential that signed the request, on the interface only.
    """

    channel: AccessChannel
    person_id: str
    system_id: str
    point_id: str
    operation: Operation
    reason: str
    client_host: str = ""
    work_order_id: str | None = None
    access_key: str | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person, their unit, and the agreement texts they acknowledged (Annex 2 clause 2.3)."""

    organization_id: str
    organization_standing: Standing
    state: PersonState
    on_roster: bool
    acknowledged_agreements: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """The information system; ``interface_open``: the request's credential is its own and not withdrawn."""

    organization_id: str
    standing: Standing
    interface_open: bool = True


@dataclass(frozen=True, slots=True)
class PointFacts:
    """The camera point at this moment."""

    listing_state: ListingState
    sharing_mark: bool
    secret: bool


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """One grant of the system for the point, with the application and the agreement it stands on."""

    grant: Grant
    application_state: ApplicationState
    agreement: Agreement | None


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """All that the decision reads; None where there is no such thing.

    Whatever changes one of these publishes an access change in the same transaction.
    """

    person: PersonFacts | None
    system: SystemFacts | None
    point: PointFacts | None
    grants: tuple[GrantFacts, ...] = ()
    work_order_open: bool = False


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes: on which grant, until when at the latest, and for how long a lease runs without being asked again.

    ``tracks``: what of the point may be watched and heard; none for what is done at once.
    """

    grant_id: str | None
    application_id: str | None
    valid_until: datetime | None
    lease_seconds: float
    tracks: frozenset[Track]

    def covers(self, tracks: frozenset[Track]) -> bool:
        """Whether a session that carries ``tracks`` may go on."""
        return tracks <= self.tracks


@dataclass(frozen=True, slots=True)
class Denied:
    """No, and why. ``grant_id``: the grant that came nearest, for the register."""

    reason: DenialReason
    grant_id: str | None = None
