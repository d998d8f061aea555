"""The tables of the transaction machines: no dead ends, and the documentation is drawn from them."""

from pathlib import Path

import pytest

from pinegate.protocols.sip.transaction_tables import (
    TABLES,
    TIMERS,
    Happening,
    Kind,
    State,
    Timer,
    state_diagrams,
)

PAGE = Path(__file__).parents[4] / "docs" / "protocols" / "sip-transactions.md"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_state_leads_to_the_end(kind: Kind) -> None:
    table = TABLES[kind]
    ending = {State.TERMINATED}
    for _ in State:
        ending |= {state for (state, _), (target, _) in table.items() if target in ending}
    assert {state for state, _ in table} <= ending


@pytest.mark.parametrize("kind", list(Kind))
def test_every_timer_that_starts_means_something_where_it_starts(kind: Kind) -> None:
    fired = {
        Timer.RETRANSMIT: Happening.RETRANSMIT,
        Timer.GIVE_UP: Happening.GIVE_UP,
        Timer.LINGER: Happening.LINGER_OVER,
    }
    for (of, state), timers in TIMERS.items():
        for timer, _, _ in timers if of is kind else ():
            assert (state, fired[timer]) in TABLES[kind]


def test_the_documentation_shows_these_tables() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(state_diagrams()), (
        "write state_diagrams() to the end of the page"
    )
