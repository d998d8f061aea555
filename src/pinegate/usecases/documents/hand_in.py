"""A scan is put on an application's file."""

from pinegate.domain.applications.steps import seal
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.documents.document import Document, DocumentKind, check_may_hand_in
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.documents.ports import DocumentTransaction, StoredFile


async def hand_in(
    tx: DocumentTransaction,
    application_id: str,
    kind: DocumentKind,
    file_name: str,
    stored: StoredFile,
    act: Act,
) -> Document:
    """Record the stored scan. A sealed form makes the application ready for submission until its next edit."""
    application = await open_file(tx, application_id, act.person)
    check_may_hand_in(kind, application, act.person)
    if kind is DocumentKind.SEALED_FORM:
        await tx.applications.save(seal(application, act.person), act.now)
    document = Document(
        id=stored.id,
        kind=kind,
        application_id=application_id,
        organization_id=act.person.organization_id,
        file_name=file_name,
        media_type=stored.media_type,
        size=stored.size,
        sm3=stored.sm3,
        stored_by=act.person.person_id,
        stored_at=act.now,
    )
    await tx.documents.add(document)
    await tx.audit.append(
        act.event(
            AuditEventName.DOCUMENT_STORED,
            "document",
            stored.id,
            application=application_id,
            kind=kind.value,
            sm3=stored.sm3,
            received_sm3=stored.received_sm3,
            size=stored.size,
        )
    )
    return document
