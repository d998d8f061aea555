"""签字盖章 (Annex 2 clause 5.4): the unit first, then the bureau; with the second seal the sharing is prepared."""

from itertools import repeat, starmap
from typing import Protocol

from pinegate.domain.agreements.agreement import Agreement, AgreementState, reject_seal, sign
from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_by_consequence
from pinegate.domain.documents.document import Document, DocumentKind
from pinegate.domain.grants.grant import grants_from
from pinegate.domain.grants.validity import window
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file, record_agreement, record_step
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.transaction import ChangeScope
from pinegate.usecases.work_orders.order import open_work_order
from pinegate.usecases.work_orders.ports import WorkOrderTransaction


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
    application, before = await _open(tx, agreement_id, act)
    unit_side = act.person.organization_kind is OrganizationKind.USING_UNIT
    wanted = DocumentKind.SEALED_AGREEMENT_UNIT if unit_side else DocumentKind.SEALED_AGREEMENT_BUREAU
    document = await tx.documents.get(document_id)
    if document is None or document.application_id != application.id or document.kind is not wanted:
        raise RuleRefusedError(Refusal.SEAL_MISSING, {"field": "document_id"})
    after = sign(before, document.sm3, act.person, act.now)
    await tx.agreements.save(after, act.now)
    await record_agreement(tx, before, after, act)
    if after.state is AgreementState.EFFECTIVE:
        await _prepare_sharing(tx, application, act)
    return after


async def reject_unit_seal(tx: SigningTransaction, agreement_id: str, text: str, act: Act) -> Agreement:
    """The bureau finds the unit's seal or signature invalid; the unit is told why and signs again."""
    application, before = await _open(tx, agreement_id, act)
    if not text.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "text"})
    after = reject_seal(before, act.person)
    await tx.agreements.save(after, act.now)
    await record_agreement(tx, before, after, act, text)
    details = {"number": application.number, "to": after.state.value, "text": text.strip()}
    await tx.notices.post(
        act.new_id(), after.organization_id, "agreement.moved", application.id, details, act.now
    )
    return after


async def _open(tx: SigningTransaction, agreement_id: str, act: Act) -> tuple[Application, Agreement]:
    unlocked = await tx.agreements.get(agreement_id)
    if unlocked is None:
        raise NotFoundError
    application = await open_file(tx, unlocked.application_id, act.person)
    agreement = await tx.agreements.get(agreement_id, lock=True)
    if agreement is None:
        raise NotFoundError
    return application, agreement


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
