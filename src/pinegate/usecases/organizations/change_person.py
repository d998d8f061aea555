"""The security administrator locks, trains or removes a person: what gives nobody more than they had."""

from dataclasses import replace

from pinegate.domain.organizations.parties import PersonState
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.person_states import move_person
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.person_step import save_changed_person
from pinegate.usecases.organizations.ports import OrganizationTransaction, PersonRecord


async def change_person(
    tx: OrganizationTransaction, person_id: str, state: PersonState, act: Act
) -> PersonRecord:
    """Nobody changes the own standing (三员).

    Raises:
        RuleRefusedError: ``second_person_missing`` for letting a locked person back in, which is proposed.
    """
    Permission.KEEP_PEOPLE.require(act.person)
    before = await tx.organizations.person(person_id, lock=True)
    if before is None:
        raise NotFoundError
    if person_id == act.person.person_id:
        raise RuleRefusedError(Refusal.SAME_PERSON_TWICE, {"subject": "person"})
    if state is before.state:
        return before
    after = replace(before, state=move_person(before.state, state, act.person))
    return await save_changed_person(tx, before, after, act)
