"""The documents' rows; their bytes are in the vault."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import documents
from pinegate.domain.documents.document import Document, DocumentKind


class DocumentRows:
    """Implements ``usecases.documents.ports.DocumentStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, document_id: str) -> Document | None:
        query = select(documents).where(documents.c.id == document_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return Document(
            id=row.id,
            kind=DocumentKind(row.kind),
            application_id=row.application_id,
            organization_id=row.organization_id,
            file_name=row.file_name,
            media_type=row.media_type,
            size=row.size,
            sm3=row.sm3,
            stored_by=row.stored_by,
            stored_at=row.stored_at,
        )

    async def ids(self) -> frozenset[str]:
        """All documents' ids, which name their files."""
        return frozenset((await self._connection.execute(select(documents.c.id))).scalars())

    async def add(self, document: Document) -> None:
        await self._connection.execute(
            insert(documents).values(
                id=document.id,
                kind=document.kind,
                application_id=document.application_id,
                organization_id=document.organization_id,
                file_name=document.file_name,
                media_type=document.media_type,
                size=document.size,
                sm3=document.sm3,
                stored_by=document.stored_by,
                stored_at=document.stored_at,
            )
        )
