"""What revoking needs beyond the grants' own stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.domain.grants.grant import Grant
from pinegate.domain.grants.revocation import RevocationScope
from pinegate.domain.organizations.parties import PersonState, Standing
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.organizations.ports import OrganizationStore


@dataclass(frozen=True, slots=True)
class RevocationRecord:
    """One order. ``sessions_cut``: pictures that ran on what it ended, at that moment."""

    id: str
    scope: RevocationScope
    target_id: str
    emergency: bool
    reason: str
    ordered_by: str
    ordered_at: datetime
    sessions_cut: int


class RevocationStore(Protocol):
    """Orders, and what each ends."""

    async def applications_of(self, scope: RevocationScope, target_id: str) -> Sequence[str]:
        """Applications of the system or unit whose sharing runs or is being provided, in the order of their ids."""
        ...

    async def grants_of(self, scope: RevocationScope, target_id: str) -> Sequence[Grant]:
        """The grant itself, or all of the point's, locked."""
        ...

    async def running_pictures(self, target_ids: Sequence[str]) -> int:
        """Live sessions that stand on any of these."""
        ...

    async def close_rosters_of(self, person_id: str) -> Sequence[str]:
        """Take the person off every roster; gives the systems."""
        ...

    async def set_person_state(self, person_id: str, state: PersonState) -> None: ...

    async def set_standing(self, organization_id: str, standing: Standing) -> None: ...

    async def end_sessions_of_unit(self, organization_id: str, now: datetime) -> None:
        """End all portal sessions of its persons."""
        ...

    async def add(self, record: RevocationRecord) -> None: ...


class RevocationTransaction(GrantTransaction, Protocol):
    """What these use cases see of a transaction."""

    @property
    def revocations(self) -> RevocationStore: ...

    @property
    def organizations(self) -> OrganizationStore: ...
