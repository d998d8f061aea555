"""签字盖章 (Annex 2 clause 5.4): the unit first, then the bureau; with the second seal the sharing is prepared."""

from itertools import repeat, starmap
from typing import Protocol

from pinegate.domain.agreements.agreement import Agreement, AgreementEvent, AgreementState, sign, signing_by
from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_by_consequence
from pinegate.domain.documents.document import Document, DocumentKind
from pinegate.domain.grants.grant import grants_from
from pinegate.domain.grants.validity import window
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import open_agreement, record_agreement_step
from pinegate.usecases.applications.step import record_step
from pinegate.usecases.transaction import ChangeScope
from pinegate.usecases.work_orders.open_work_order import open_work_order
from pinegate.usecases.work_orders.ports import WorkOrderTransaction

_SCAN_OF = {
    AgreementEvent.SIGN_BY_UNIT: DocumentKind.SEALED_AGREEMENT_UNIT,
    AgreementEvent.SIGN_BY_BUREAU: DocumentKind.SEALED_AGREEMENT_BUREAU,
}


class StoredDocuments(Protocol):
    """The file's documents."""

    async def get(self, document_id: str) -> Document | None: ...


class SigningTransaction(WorkOrderTransaction, Protocol):
    """One transaction, as this verb sees it."""

    @property
    def documents(self) -> StoredDocuments: ...


async def sign_agreement(tx: SigningTransaction, agreement_id: str, document_id: str, act: Act) -> Agreement:
    """Sign for the actor's side with the sealed scan ``document_id``.

    Raises:
        NotFoundError: no such agreement for this person.
        RuleRefusedError: ``seal_missing`` unless the document is this application's sealed agreement of this side.
    """
    application, before = await open_agreement(tx, agreement_id, act)
    event = signing_by(act.person)
    scan = await tx.documents.get(document_id)
    if scan is None or scan.application_id != application.id or scan.kind is not _SCAN_OF[event]:
        raise RuleRefusedError(Refusal.SEAL_MISSING, {"field": "document_id"})
    after = sign(before, scan.sm3, act.person, act.now)
    await record_agreement_step(tx, before, after, event, act)
    if after.state is AgreementState.EFFECTIVE:
        await _prepare_sharing(tx, application, act)
    return after


async def _prepare_sharing(tx: SigningTransaction, application: Application, act: Act) -> None:
    """Pending grants over exactly what was approved, and the operator's work order."""
    event = ApplicationEvent.AGREEMENT_EFFECTIVE
    moved = move_by_consequence(application, event)
    stored = await record_step(tx, application, moved, event, act)
    if stored.valid_from is None or stored.valid_until is None:
        raise RuleRefusedError(Refusal.VALIDITY_INVALID, {"field": "valid_until"})
    ids = starmap(act.new_id, repeat(()))
    await tx.grants.add(grants_from(stored, ids, *window(stored.valid_from, stored.valid_until)))
    await open_work_order(tx, stored, act)
    await tx.changes.publish(ChangeScope.APPLICATION, stored.id)
