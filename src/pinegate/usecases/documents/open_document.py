"""A scan is read from an application's file."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.documents.document import Document
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.documents.ports import DocumentTransaction
from pinegate.usecases.errors import NotFoundError


async def open_document(tx: DocumentTransaction, document_id: str, act: Act) -> Document:
    """Whoever may read the file may read its documents; that they did is audited."""
    document = await tx.documents.get(document_id)
    if document is None:
        raise NotFoundError
    await open_file(tx, document.application_id, act.person, lock=False)
    await tx.audit.append(
        act.event(AuditEventName.DOCUMENT_READ, "document", document_id, application=document.application_id)
    )
    return document
