"""Organizations, information systems and persons, as the rules see them."""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.domain.organizations.roles import OrganizationKind, Role


class OrganizationNature(StrEnum):
    """单位性质 of Annex 1."""

    GOVERNMENT = "government"
    INSTITUTION = "institution"
    OTHER = "other"


class Standing(StrEnum):
    """Whether an organization, a system or a credential may act at all."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PersonState(StrEnum):
    """Annex 2 clause 2.3: reminded, bound, then let in."""

    NOMINATED = "nominated"
    TRAINED = "trained"
    ACKNOWLEDGED = "acknowledged"
    ACCOUNT_ACTIVE = "account_active"
    ACCOUNT_LOCKED = "account_locked"
    REMOVED = "removed"


SHUT_OUT = frozenset({PersonState.ACCOUNT_LOCKED, PersonState.REMOVED})
"""Who neither signs in nor stays signed in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is doing something now: a person with roles, in an organization."""

    person_id: str
    organization_id: str
    organization_kind: OrganizationKind
    roles: frozenset[Role]
    name: str = ""

    def may(self, roles: frozenset[StrEnum]) -> bool:
        """Whether one of ``roles`` is held."""
        return bool(self.roles & roles)

    @property
    def confined_to(self) -> str | None:
        """The own unit, for a using unit's people: of other units they learn nothing. None: not confined."""
        return self.organization_id if self.organization_kind is OrganizationKind.USING_UNIT else None

    def reaches(self, organization_id: str) -> bool:
        """Whether things of that organization exist for the actor at all."""
        return self.confined_to in (None, organization_id)
