"""Where scans are kept, and what sets the regulation's forms on paper."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from pinegate.domain.documents.document import Document
from pinegate.usecases.applications.ports import ApplicationTransaction

MAX_UPLOAD_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What became of an upload: its type by its content, its length, the SM3 of its bytes (hex)."""

    sm3: str
    media_type: str
    size: int


class UploadRefusedError(Exception):
    """The bytes are not an acceptable scan; ``message`` says what to mend."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class DocumentVault(Protocol):
    """Keeps bytes by opaque id; never executes, renders or renames them."""

    async def store(self, document_id: str, content: AsyncIterator[bytes]) -> StoredFile:
        """Raises :class:`UploadRefusedError`: too large, empty, or of a type that scans do not have."""
        ...

    async def read(self, document_id: str) -> bytes: ...

    async def discard(self, document_id: str) -> None:
        """Forget bytes whose document was never recorded."""
        ...


class DocumentStore(Protocol):
    """The documents' rows."""

    async def get(self, document_id: str) -> Document | None: ...

    async def add(self, document: Document) -> None: ...


class DocumentTransaction(ApplicationTransaction, Protocol):
    """One transaction, as the documents' verbs see it."""

    @property
    def documents(self) -> DocumentStore: ...
