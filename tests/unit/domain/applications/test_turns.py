"""The tasks of the workbench come from the tables: a turn is a step that the table knows as a person's."""

import pytest

from pinegate.domain.applications.states import APPLICATION, ApplicationState
from pinegate.domain.applications.turns import STANDS_ON, TURNS, Turn
from pinegate.domain.organizations.roles import Role

WAITS_FOR_NOBODY = frozenset({ApplicationState.ACTIVE, ApplicationState.TERMINATING})
"""Sharing runs; whoever wants to end it comes by themselves."""
ELSEWHERE = frozenset({ApplicationState.AGREEMENT_PENDING, ApplicationState.PROVISIONING})
"""What waits is the agreement, the work order."""
ONLY_TO_FILE = frozenset(
    {ApplicationState.REVOKED, ApplicationState.REJECTED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED}
)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.event)
def test_each_turn_is_somebody_s_step(turn: Turn) -> None:
    assert APPLICATION.roles_of(turn.event)
    assert APPLICATION.states_of(turn.event, frozenset(Role))


def test_wherever_a_person_can_go_on_somebody_is_waited_for() -> None:
    open_to_people = {row.source for row in APPLICATION.rows if row.roles and row.source is not None}
    waiting = {state for turn in TURNS for state in APPLICATION.states_of(turn.event)}
    assert waiting == open_to_people - WAITS_FOR_NOBODY - ELSEWHERE - ONLY_TO_FILE


def test_a_step_that_stands_on_another_waits_exactly_when_that_one_no_longer_does() -> None:
    for event, standing in STANDS_ON.items():
        (follows,) = (turn for turn in TURNS if turn.event is event)
        (prepares,) = (turn for turn in TURNS if turn.before == standing)
        assert follows.after == standing
        assert APPLICATION.states_of(prepares.event) == APPLICATION.states_of(follows.event)


def test_states_of_a_step_are_those_of_the_roles_asked() -> None:
    event = TURNS[0].event
    assert APPLICATION.states_of(event, frozenset({Role.AUDIT_ADMIN})) == ()
    assert APPLICATION.states_of(event, frozenset({Role.UNIT_CLERK})) == APPLICATION.states_of(event)
