"""What signing in needs of the world."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.domain.organizations.parties import Actor, PersonState, Standing
from pinegate.usecases.transaction import AuditLog, NoticeBoard


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account with what signing in depends on.

    ``password_hash`` is None until the person has enrolled. ``totp_secret`` is encrypted (``SecretBox``); it counts
    only once confirmed, that is when ``totp_last_step``, the last time step (RFC 6238) whose code was used, is known.
    """

    actor: Actor
    organization_name: str
    login: str
    password_hash: str | None
    totp_secret: bytes | None
    totp_last_step: int | None
    failed_attempts: int
    locked_until: datetime | None
    withdrawn_at: datetime | None
    state: PersonState
    standing: Standing

    @property
    def totp_enabled(self) -> bool:
        return self.totp_secret is not None and self.totp_last_step is not None


@dataclass(frozen=True, slots=True)
class PortalSession:
    """One signed-in browser."""

    id: str
    person_id: str
    client_host: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None


class PasswordHasher(Protocol):
    """Argon2id. Both take about a tenth of a second, off the event loop."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether it fits. Without a hash the work is done all the same: an unknown login takes as long as a known."""
        ...


class SecretBox(Protocol):
    """Encrypts what must be read again (TOTP secrets, camera passwords, interface secrets) for rest in the database."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """``context`` names the place it is kept in; a sealed value moved to another place does not open."""
        ...

    def open(self, sealed: bytes, context: str) -> bytes: ...


class OneTimeCodes(Protocol):
    """TOTP (RFC 6238), six digits, thirty seconds."""

    def new_secret(self) -> str: ...

    def matching_step(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step whose code this is, looking one step back and ahead; None for a wrong code."""
        ...

    def address(self, secret: str, login: str) -> str:
        """``otpauth://…`` for the QR code."""
        ...


class IdentityStore(Protocol):
    """Accounts and portal sessions."""

    async def account_of_login(self, login: str, *, lock: bool = False) -> Account | None: ...

    async def account_of_person(self, person_id: str, *, lock: bool = False) -> Account | None: ...

    async def count_failure(
        self, person_id: str, failed_attempts: int, locked_until: datetime | None
    ) -> None: ...

    async def clear_failures(self, person_id: str) -> None: ...

    async def set_password(self, person_id: str, password_hash: str) -> None: ...

    async def enrolment(self, person_id: str, *, lock: bool = False) -> Enrolment | None: ...

    async def enrolment_of_link(self, link_digest: bytes) -> Enrolment | None: ...

    async def save_enrolment(self, enrolment: Enrolment) -> None:
        """In place of the person's last one."""
        ...

    async def set_totp(self, person_id: str, sealed_secret: bytes | None, last_step: int | None) -> None: ...

    async def add_session(self, session: PortalSession, token_digest: bytes) -> None: ...

    async def running_sessions(self, person_id: str, idle_since: datetime) -> Sequence[PortalSession]: ...

    async def end_sessions(
        self, person_id: str, now: datetime, *, only: str | None = None, but: str | None = None
    ) -> Sequence[str]:
        """End running sessions of the person (all, ``only`` one, or all ``but`` one) and give their ids."""
        ...


class IdentityTransaction(Protocol):
    """What these use cases see of a transaction."""

    @property
    def identity(self) -> IdentityStore: ...

    @property
    def audit(self) -> AuditLog: ...

    @property
    def notices(self) -> NoticeBoard: ...
