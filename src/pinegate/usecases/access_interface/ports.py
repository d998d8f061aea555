"""What the access interface needs of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.usecases.transaction import AccessChanges, AuditLog


@dataclass(frozen=True, slots=True)
class Credential:
    """A system's key pair; ``secret_encrypted`` by ``SecretBox``, because HMAC needs the secret itself."""

    access_key: str
    system_id: str
    organization_id: str
    secret_encrypted: bytes
    source_hosts: tuple[str, ...]
    issued_at: datetime
    withdrawn_at: datetime | None


class CredentialStore(Protocol):
    """Key pairs, and the nonces that were used with them."""

    async def get(self, access_key: str) -> Credential | None: ...

    async def of_system(self, system_id: str) -> Sequence[Credential]: ...

    async def add(self, credential: Credential, issued_by: str) -> None: ...

    async def withdraw(self, system_id: str, access_key: str, now: datetime) -> bool:
        """Whether it was valid until now."""
        ...

    async def use_nonce(self, access_key: str, nonce: str, now: datetime) -> bool:
        """False when it was used before."""
        ...

    async def has_open_order(self, system_id: str) -> bool:
        """Whether a work order for the system is open: only then does the operator issue credentials."""
        ...

    async def person_of(self, organization_id: str, staff_number: str) -> str | None:
        """The person's id."""
        ...

    async def organization_of_system(self, system_id: str) -> str | None: ...


class CredentialTransaction(Protocol):
    """What these use cases see of a transaction."""

    @property
    def credentials(self) -> CredentialStore: ...

    @property
    def audit(self) -> AuditLog: ...

    @property
    def changes(self) -> AccessChanges: ...
