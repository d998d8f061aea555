"""承诺 (Annex 2 clause 2.3): a person on the roster reads the agreement and is bound by it, in their own name."""

from dataclasses import replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.person_states import after_acknowledgement
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction
from pinegate.usecases.organizations.read_duty import read_duty
from pinegate.usecases.transaction import ChangeScope


async def acknowledge_duty(
    tx: OrganizationTransaction, agreement_id: str, signature_name: str, act: Act
) -> None:
    """``signature_name`` is the actor's own name, written out (spaces do not matter). Twice is once."""
    duty = await read_duty(tx, agreement_id, act)
    person = await tx.organizations.person(act.person.person_id, lock=True)
    if person is None:
        raise NotFoundError
    if "".join(signature_name.split()) != "".join(person.name.split()):
        raise InvalidInputError("signature_name", "sign with your own name")
    fresh = await tx.organizations.acknowledge(
        agreement_id, person.id, duty.text_version, signature_name.strip(), act.now
    )
    if not fresh:
        return
    await tx.organizations.save_person(replace(person, state=after_acknowledgement(person.state, act.person)))
    await tx.audit.append(
        act.event(AuditEventName.DUTY_ACKNOWLEDGED, "agreement", agreement_id, text_version=duty.text_version)
    )
    await tx.changes.publish(ChangeScope.PERSON, person.id)
