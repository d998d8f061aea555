"""The documents' rows; their bytes are in the vault."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import documents
from pinegate.domain.documents.document import Document, DocumentKind
from pinegate.domain.documents.quota import Amount


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

    async def handed_in_since(
        self, since: datetime, person_id: str, organization_id: str
    ) -> tuple[Amount, Amount]:
        """Implements the port; one look at the organization's uploads of that time."""
        column = documents.c
        own = column.stored_by == person_id
        size = func.coalesce(func.sum(column.size), 0)
        own_size = func.coalesce(func.sum(column.size).filter(own), 0)
        query = select(
            func.count().filter(own).label("own_files"),
            own_size.label("own_size"),
            func.count().label("files"),
            size.label("size"),
        ).where(column.organization_id == organization_id, column.stored_at >= since)
        row = (await self._connection.execute(query)).one()
        return Amount(row.own_files, int(row.own_size)), Amount(row.files, int(row.size))

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
