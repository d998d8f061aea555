"""A scan is put on an application's file, or read from it."""

from pinegate.domain.applications.steps import seal
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.documents.document import Document, DocumentKind, check_may_hand_in
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.documents.ports import DocumentTransaction, StoredFile
from pinegate.usecases.errors import NotFoundError


async def check_before_upload(tx: DocumentTransaction, application_id: str, act: Act) -> None:
    """Asked before any byte is taken: nobody fills the disk who may hand in nothing.

    Raises:
        NotFoundError, RuleRefusedError: as ``hand_in`` would for every kind.
    """
    application = await open_file(tx, application_id, act.person, lock=False)
    refusals: list[RuleRefusedError] = []
    for kind in DocumentKind:
        try:
            check_may_hand_in(kind, application, act.person)
        except RuleRefusedError as refusal:
            refusals.append(refusal)
    if len(refusals) == len(DocumentKind):
        raise next((r for r in refusals if r.refusal is Refusal.NO_SUCH_STEP), refusals[0])


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
            size=stored.size,
        )
    )
    return document


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
