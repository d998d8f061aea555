"""A person's way in and out (Annex 2 clause 2.3): nominated, reminded, bound by acknowledgement, let in, removed."""

from enum import StrEnum

from pinegate.domain.organizations.parties import Actor, PersonState
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import ROLE_SITS_IN, OrganizationKind, Role, roles_are_compatible
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable, Transition


class PersonEvent(StrEnum):
    """What happens to a person's standing."""

    NOMINATE = "nominate"
    ENTER = "enter"
    APPOINT = "appoint"
    TRAIN = "train"
    ACKNOWLEDGE = "acknowledge"
    LET_IN = "let_in"
    LOCK = "lock"
    UNLOCK = "unlock"
    REMOVE = "remove"


_S, _E = PersonState, PersonEvent
_SECURITY = ROLES_WITH[Permission.KEEP_PEOPLE]
_UNIT_LEADER = frozenset({Role.UNIT_LEADER})
_LOCKERS = ROLES_WITH[Permission.SUSPEND_SHARING]
_ONESELF = ROLES_WITH[Permission.ACKNOWLEDGE_DUTIES]

PERSON = StateTable(
    "person",
    [
        Transition(None, _E.NOMINATE, _S.NOMINATED, _UNIT_LEADER, "annex 2 clause 2.3"),
        Transition(None, _E.ENTER, _S.NOMINATED, clause="annex 2 clause 2.3"),
        Transition(None, _E.APPOINT, _S.ACCOUNT_ACTIVE),
        Transition(_S.NOMINATED, _E.TRAIN, _S.TRAINED, _SECURITY, "article 6"),
        Transition(_S.NOMINATED, _E.ACKNOWLEDGE, _S.ACKNOWLEDGED, _ONESELF, "annex 2 clause 2.3"),
        Transition(_S.TRAINED, _E.ACKNOWLEDGE, _S.ACKNOWLEDGED, _ONESELF, "annex 2 clause 2.3"),
        Transition(_S.ACKNOWLEDGED, _E.LET_IN, _S.ACCOUNT_ACTIVE, clause="annex 2 clause 2.3"),
        Transition(_S.ACCOUNT_ACTIVE, _E.LOCK, _S.ACCOUNT_LOCKED, _LOCKERS, "article 7"),
        Transition(_S.ACCOUNT_LOCKED, _E.UNLOCK, _S.ACCOUNT_ACTIVE),
        *(
            Transition(state, _E.REMOVE, _S.REMOVED, _SECURITY, "annex 2 clause 3")
            for state in (_S.NOMINATED, _S.TRAINED, _S.ACCOUNT_ACTIVE, _S.ACCOUNT_LOCKED)
        ),
    ],
)
"""A unit's leader nominates viewers; everybody else is entered or appointed, and let back in, by a confirmed proposal.
``appoint`` is for the people of police, bureau, committee and operator: no agreement binds them, their office does.
A locked nominee who never acknowledged does not become active by unlocking: only active accounts can be locked. Nobody
stays ``acknowledged``: who is bound is let in by the same step."""


def check_roles(roles: frozenset[Role], kind: OrganizationKind) -> None:
    """Raises :class:`RuleRefusedError` when one person of such an organization may not hold all of ``roles``."""
    if not roles_are_compatible(roles) or any(ROLE_SITS_IN[role] is not kind for role in roles):
        raise RuleRefusedError(Refusal.ROLES_INCOMPATIBLE, {"field": "roles"})


def state_of_nominee(roles: frozenset[Role], actor: Actor, *, own: bool) -> PersonState:
    """In which state a person begins whom a leader adds alone. ``own``: to the actor's own organization.

    Raises:
        RuleRefusedError: a unit's leader adds viewers to the own unit and nobody else.
    """
    first = PERSON.step(None, _E.NOMINATE, actor.roles)
    if not own:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    if roles != frozenset({Role.UNIT_VIEWER}):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"field": "roles"})
    return first


def state_of_confirmed(kind: OrganizationKind) -> PersonState:
    """In which state a person of such an organization begins whom two persons stand for."""
    return PERSON.step(None, _E.ENTER if kind is OrganizationKind.USING_UNIT else _E.APPOINT)


def unlocked(state: PersonState) -> PersonState:
    """The state of a locked person whom two persons let back in."""
    return PERSON.step(state, _E.UNLOCK)


def move_person(state: PersonState, target: PersonState, actor: Actor) -> PersonState:
    """Lock, train or remove: whatever the table allows ``actor`` between the two states.

    Raises:
        RuleRefusedError: ``second_person_missing`` for letting a locked person back in, which is proposed.
    """
    row = next((row for row in PERSON.rows if row.source is state and row.target is target), None)
    if row is None or row.event in (_E.ACKNOWLEDGE, _E.LET_IN):
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": state, "field": "state"})
    if row.event is _E.UNLOCK:
        raise RuleRefusedError(Refusal.SECOND_PERSON_MISSING, {"field": "state"})
    return PERSON.step(state, row.event, actor.roles)


def after_acknowledgement(state: PersonState, actor: Actor) -> PersonState:
    """The state of ``actor``, who has just acknowledged: let in at once, where that was what they waited for."""
    if state not in PERSON.states_of(_E.ACKNOWLEDGE):
        return state
    return PERSON.step(PERSON.step(state, _E.ACKNOWLEDGE, actor.roles), _E.LET_IN)


def lock_by_order(state: PersonState, actor: Actor) -> PersonState:
    """The state of a person whose access the bureau ends or interrupts; who is locked already stays so.

    Raises:
        RuleRefusedError: ``no_such_step`` where no access is to be ended: nominees are removed, not locked, because
            unlocking would let them in unbound.
    """
    return state if state is _S.ACCOUNT_LOCKED else PERSON.step(state, _E.LOCK, actor.roles)
