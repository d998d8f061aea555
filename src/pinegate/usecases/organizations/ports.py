"""What the organizations' verbs need of the world."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.proposal import Proposal
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.identity.ports import IdentityTransaction
from pinegate.usecases.transaction import AccessChanges, AuditLog


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """An organization with its particulars of Annex 1."""

    id: str
    kind: OrganizationKind
    name: str
    address: str
    nature: OrganizationNature
    standing: Standing = Standing.ACTIVE


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person with the particulars by which they are reached."""

    id: str
    organization_id: str
    name: str
    staff_number: str
    mobile: str
    email: str
    roles: frozenset[Role]
    state: PersonState


class OrganizationStore(Protocol):
    """Organizations, persons, accounts, systems, rosters, acknowledgements."""

    async def organization(
        self, organization_id: str, *, lock: bool = False
    ) -> OrganizationRecord | None: ...

    async def any_organization(self) -> bool: ...

    async def name_is_taken(self, name: str) -> bool: ...

    async def add_organization(self, organization: OrganizationRecord) -> None: ...

    async def save_organization(self, organization: OrganizationRecord) -> None: ...

    async def person(self, person_id: str, *, lock: bool = False) -> PersonRecord | None: ...

    async def staff_number_is_taken(self, organization_id: str, staff_number: str) -> bool: ...

    async def login_is_taken(self, login: str) -> bool: ...

    async def add_person(self, person: PersonRecord) -> None: ...

    async def save_person(self, person: PersonRecord) -> None: ...

    async def add_account(self, person_id: str, login: str) -> None: ...

    async def end_portal_sessions(self, person_id: str, now: datetime) -> None: ...

    async def system_name_is_taken(self, organization_id: str, name: str) -> bool: ...

    async def add_system(self, system_id: str, organization_id: str, name: str, description: str) -> None: ...

    async def organization_of_system(self, system_id: str) -> str | None: ...

    async def put_on_roster(self, system_id: str, person_id: str, now: datetime) -> bool:
        """Whether anything changed."""
        ...

    async def take_off_roster(self, system_id: str, person_id: str) -> bool: ...

    async def duty(self, agreement_id: str, person_id: str) -> "Duty | None":
        """The agreement's text as it binds the person: None unless in force and the person on its system's roster."""
        ...

    async def acknowledge(
        self, agreement_id: str, person_id: str, text_version: int, signature_name: str, now: datetime
    ) -> bool:
        """False when it was acknowledged before."""
        ...


@dataclass(frozen=True, slots=True)
class Duty:
    """An agreement by which a person on the roster is to be bound (Annex 2 clause 2.3)."""

    agreement_id: str
    system_name: str
    text_version: int
    acknowledged: bool


class ProposalStore(Protocol):
    """What was proposed, and what became of it."""

    async def get(self, proposal_id: str, *, lock: bool = False) -> Proposal | None: ...

    async def add(self, proposal: Proposal) -> None: ...

    async def save(self, proposal: Proposal) -> None: ...


class OrganizationTransaction(Protocol):
    """One transaction of this feature."""

    @property
    def organizations(self) -> OrganizationStore: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def changes(self) -> AccessChanges: ...


class PersonTransaction(OrganizationTransaction, IdentityTransaction, Protocol):
    """One transaction in which persons come and change, with their accounts."""

    @property
    def proposals(self) -> ProposalStore: ...
