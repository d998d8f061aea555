"""Order a revocation, or an emergency suspension, of whatever scope.

Everything ends in one transaction, whose COMMIT wakes the re-evaluation of running sessions: what it then finds
fallen is cut. An emergency interrupts and can be undone (``resume`` by two persons); a revocation ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.grants.grant import GrantEvent
from pinegate.domain.grants.revocation import RevocationScope, check_order
from pinegate.domain.organizations.parties import Standing
from pinegate.domain.organizations.person_states import lock_by_order
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.grants.move_grants import move_grants_open_to
from pinegate.usecases.grants.revoke import revoke_application
from pinegate.usecases.grants.suspend import suspend_application
from pinegate.usecases.revocations.ports import RevocationRecord, RevocationTransaction
from pinegate.usecases.transaction import ChangeScope


@dataclass(frozen=True, slots=True)
class RevocationOrder:
    """What is to end, and why. ``emergency``: interrupt only."""

    scope: RevocationScope
    target_id: str
    reason: str
    emergency: bool


@dataclass(frozen=True, slots=True)
class RevocationOutcome:
    """The order as it was recorded, and the applications that it ended or interrupted."""

    record: RevocationRecord
    applications: tuple[str, ...]


async def order_revocation(tx: RevocationTransaction, order: RevocationOrder, act: Act) -> RevocationOutcome:
    """Carry out ``order``.

    Raises:
        RuleRefusedError: ``role_may_not``, ``reason_missing``, ``no_such_step`` when nothing of it runs.
        NotFoundError: there is no such target.
    """
    check_order(act.person, order.reason, emergency=order.emergency)
    pictures = await tx.revocations.running_pictures([order.target_id])
    record = RevocationRecord(
        id=act.new_id(),
        scope=order.scope,
        target_id=order.target_id,
        emergency=order.emergency,
        reason=order.reason.strip(),
        ordered_by=act.person.person_id,
        ordered_at=act.now,
        sessions_cut=pictures,
    )
    await tx.revocations.add(record)
    await tx.audit.append(
        act.event(
            AuditEventName.REVOCATION_ORDERED,
            order.scope.value,
            order.target_id,
            emergency=order.emergency,
            reason=record.reason,
            sessions=pictures,
        )
    )
    match order.scope:
        case RevocationScope.GRANT | RevocationScope.POINT:
            return RevocationOutcome(record, await _end_grants(tx, order, act))
        case RevocationScope.PERSON:
            await _end_person(tx, order, act)
            return RevocationOutcome(record, ())
        case RevocationScope.ORGANIZATION:
            return RevocationOutcome(record, await _end_unit(tx, order, act))
        case RevocationScope.APPLICATION | RevocationScope.SYSTEM:
            ended = await _end_applications(tx, order, act)
            if not ended:
                raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"scope": order.scope})
            return RevocationOutcome(record, ended)


async def _end_applications(tx: RevocationTransaction, order: RevocationOrder, act: Act) -> tuple[str, ...]:
    """All are locked before the first ends: publishing the first change takes a lock that must come last."""
    if order.scope is RevocationScope.APPLICATION:
        ids: Sequence[str] = [order.target_id]
    else:
        ids = await tx.revocations.applications_of(order.scope, order.target_id)
    event = ApplicationEvent.SUSPEND if order.emergency else ApplicationEvent.REVOKE
    found = [await tx.applications.get(key, lock=True) for key in ids]
    if order.scope is RevocationScope.APPLICATION and None in found:
        raise NotFoundError
    open_to_it = [a for a in found if a is not None and a.state in APPLICATION.states_of(event)]
    end = suspend_application if order.emergency else revoke_application
    for application in open_to_it:
        await end(tx, application, order.reason, act)
    return tuple(application.id for application in open_to_it)


async def _end_grants(tx: RevocationTransaction, order: RevocationOrder, act: Act) -> tuple[str, ...]:
    """Single grants: their applications stay as they are, without them."""
    grants = await tx.revocations.grants_of(order.scope, order.target_id)
    if not grants and order.scope is RevocationScope.GRANT:
        raise NotFoundError
    event = GrantEvent.SUSPEND if order.emergency else GrantEvent.REVOKE
    ended = await move_grants_open_to(tx, grants, event, act)
    if not ended:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"scope": order.scope})
    await tx.changes.publish(ChangeScope.GRANT, *ended)
    return tuple(sorted({grant.application_id for grant in ended.values()}))


async def _end_person(tx: RevocationTransaction, order: RevocationOrder, act: Act) -> None:
    """The account is locked and its sessions end; a revocation also takes the person off every roster."""
    person = await tx.organizations.person(order.target_id, lock=True)
    if person is None:
        raise NotFoundError
    organization = await tx.organizations.organization(person.organization_id)
    # The bureau ends what it shared with units; the other offices' accounts are the security administrator's.
    if organization is None or organization.kind is not OrganizationKind.USING_UNIT:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    state = lock_by_order(person.state, act.person)
    await tx.revocations.set_person_state(person.id, state)
    await tx.organizations.end_portal_sessions(person.id, act.now)
    systems = () if order.emergency else await tx.revocations.close_rosters_of(person.id)
    await tx.audit.append(
        act.event(
            AuditEventName.PERSON_CHANGED,
            "person",
            person.id,
            **{"from": person.state.value, "to": state.value},
        ),
        *(
            act.event(AuditEventName.ROSTER_CHANGED, "system", system, person=person.id, on_roster=False)
            for system in systems
        ),
    )
    await tx.changes.publish(ChangeScope.PERSON, person.id)


async def _end_unit(tx: RevocationTransaction, order: RevocationOrder, act: Act) -> tuple[str, ...]:
    """The unit with everything it has; nobody of it signs in until the security administrator restores it."""
    unit = await tx.organizations.organization(order.target_id, lock=True)
    if unit is None:
        raise NotFoundError
    if unit.kind is not OrganizationKind.USING_UNIT:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    standing = Standing.SUSPENDED if order.emergency else Standing.ENDED
    await tx.revocations.set_standing(unit.id, standing)
    await tx.revocations.end_sessions_of_unit(unit.id, act.now)
    await tx.audit.append(
        act.event(
            AuditEventName.ORGANIZATION_CHANGED,
            "organization",
            unit.id,
            standing=standing.value,
        )
    )
    ended = await _end_applications(tx, order, act)
    await tx.changes.publish(ChangeScope.ORGANIZATION, unit.id)
    return ended
