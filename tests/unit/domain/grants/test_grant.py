"""A grant holds what was consented to, from its first to its last day, and never comes back once revoked."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pinegate.domain.applications.application import Application, RequestedPoint
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import GRANT, Grant, GrantEvent, GrantState, grants_from, move
from pinegate.domain.grants.validity import ends_on, window
from pinegate.domain.refusal import RuleRefusedError

LIVE, BOTH = frozenset({Operation.LIVE}), frozenset({Operation.LIVE, Operation.PTZ})
BEGINS, ENDS = window(date(2026, 11, 22), date(2026, 11, 30))
APPROVED = Application(
    id="a1",
    number="1",
    organization_id="u1",
    system_id="s1",
    state=ApplicationState.PROVISIONING,
    points=(
        RequestedPoint("c1", BOTH, consented=LIVE),
        RequestedPoint("c2", LIVE, consented=frozenset()),
        RequestedPoint("c3", LIVE, consented=LIVE),
    ),
)


def granted() -> tuple[Grant, ...]:
    return grants_from(APPROVED, ("g1", "g2", "g3"), BEGINS, ENDS)


def test_what_was_consented_to_is_granted_and_nothing_else() -> None:
    assert [(grant.point_id, grant.operations) for grant in granted()] == [("c1", LIVE), ("c3", LIVE)]


def test_a_grant_is_born_pending() -> None:
    assert {grant.state for grant in granted()} == {GrantState.PENDING}


def test_the_first_and_the_last_day_are_within_it_in_the_time_of_china() -> None:
    assert datetime(2026, 11, 21, 16, 0, tzinfo=UTC) == BEGINS
    assert datetime(2026, 11, 30, 16, 0, tzinfo=UTC) == ENDS


def test_an_end_date_shortens_a_grant_and_never_prolongs_it() -> None:
    grant = granted()[0]
    assert ends_on(grant, date(2026, 11, 25)).valid_until == datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert ends_on(grant, date(2027, 1, 1)).valid_until == ENDS


@pytest.mark.parametrize("state", [GrantState.REVOKED, GrantState.EXPIRED])
def test_what_is_over_stays_over(state: GrantState) -> None:
    assert [row for row in GRANT.rows if row.source is state] == []
    for event in GrantEvent:
        with pytest.raises(RuleRefusedError):
            move(replace(granted()[0], state=state), event)


def test_every_move_is_a_new_version() -> None:
    grant = granted()[0]
    active = move(grant, GrantEvent.ACTIVATE)
    assert (active.state, active.version) == (GrantState.ACTIVE, grant.version + 1)
    assert move(active, GrantEvent.SUSPEND).version == active.version + 1
