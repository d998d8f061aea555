"""The bureau finds the unit's seal or signature invalid; the unit is told why and signs again."""

from pinegate.domain.agreements.agreement import Agreement, AgreementEvent, reject_seal
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.applications.agreement_step import open_agreement, record_agreement_step
from pinegate.usecases.applications.ports import ApplicationTransaction


async def reject_unit_seal(tx: ApplicationTransaction, agreement_id: str, text: str, act: Act) -> Agreement:
    """``text``: what is wrong with it."""
    application, before = await open_agreement(tx, agreement_id, act)
    if not text.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "text"})
    after = reject_seal(before, act.person)
    await record_agreement_step(tx, before, after, AgreementEvent.SEAL_INVALID, act, text)
    details = {"number": application.number, "to": after.state.value, "text": text.strip()}
    await tx.notices.post(
        act.new_id(), after.organization_id, "agreement.moved", application.id, details, act.now
    )
    return after
