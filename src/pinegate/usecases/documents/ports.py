"""What the documents' verbs need of the world. The bytes themselves are checked and kept before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pinegate.domain.documents.document import Document
from pinegate.domain.documents.quota import Amount
from pinegate.usecases.applications.ports import ApplicationTransaction

MAX_UPLOAD_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What became of an upload: its id in the vault, its type by content, its length, SM3 (hex) of the kept bytes and
    of those that were handed in.
    """

    id: str
    media_type: str
    size: int
    sm3: str
    received_sm3: str


class DocumentStore(Protocol):
    """The documents' rows."""

    async def get(self, document_id: str) -> Document | None: ...

    async def add(self, document: Document) -> None: ...

    async def handed_in_since(
        self, since: datetime, person_id: str, organization_id: str
    ) -> tuple[Amount, Amount]:
        """By the person, and by the whole organization."""
        ...


class DocumentTransaction(ApplicationTransaction, Protocol):
    """One transaction, as the documents' verbs see it."""

    @property
    def documents(self) -> DocumentStore: ...
