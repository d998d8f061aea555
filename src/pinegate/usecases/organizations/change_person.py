"""The security administrator changes a person's roles, or locks, unlocks and removes them."""

from dataclasses import replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.parties import SHUT_OUT, PersonState
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.person_states import check_roles, move_person
from pinegate.domain.organizations.roles import Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.ports import OrganizationTransaction, PersonRecord
from pinegate.usecases.transaction import ChangeScope


async def change_person(
    tx: OrganizationTransaction,
    person_id: str,
    act: Act,
    *,
    roles: frozenset[Role] | None = None,
    state: PersonState | None = None,
) -> PersonRecord:
    """None leaves as it is. Nobody changes the own roles or standing (三员)."""
    Permission.KEEP_PEOPLE.require(act.person)
    before = await tx.organizations.person(person_id, lock=True)
    organization = await tx.organizations.organization(before.organization_id) if before else None
    if before is None or organization is None:
        raise NotFoundError
    if person_id == act.person.person_id:
        raise RuleRefusedError(Refusal.SAME_PERSON_TWICE, {"subject": "person"})
    after = before
    if roles is not None:
        check_roles(roles, organization.kind)
        after = replace(after, roles=roles)
    if state is not None and state is not before.state:
        after = replace(after, state=move_person(before.state, state, act.person))
    await tx.organizations.save_person(after)
    if after.state in SHUT_OUT:
        await tx.organizations.end_portal_sessions(person_id, act.now)
    await tx.audit.append(
        act.event(
            AuditEventName.PERSON_CHANGED,
            "person",
            person_id,
            roles_before=sorted(before.roles),
            roles=sorted(after.roles),
            **{"from": before.state.value, "to": after.state.value},
        )
    )
    await tx.changes.publish(ChangeScope.PERSON, person_id)
    return after
