"""The register keeps of a ticket what opens nothing."""

from datetime import timedelta

import pytest

from pinegate.usecases.access.ticket import (
    RANDOM_BYTES,
    TICKET_CHARACTERS,
    TICKET_LIFETIME,
    TicketKey,
    ticket_digest,
)


def test_of_a_ticket_its_sm3_is_kept() -> None:
    # GM/T 0004-2012, example 1
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert ticket_digest("abc").hex() == expected


def test_a_ticket_lives_thirty_seconds() -> None:
    assert timedelta(seconds=30) == TICKET_LIFETIME


KEY = TicketKey(b"k" * 32)


def test_a_ticket_names_its_worker() -> None:
    ticket = KEY.issue(3, bytes(RANDOM_BYTES))
    assert len(ticket) == TICKET_CHARACTERS
    assert KEY.worker_of(ticket) == 3


def test_a_ticket_that_was_changed_anywhere_or_marked_by_another_key_is_none() -> None:
    ticket = KEY.issue(3, bytes(range(RANDOM_BYTES)))
    for at in range(TICKET_CHARACTERS):
        other = "A" if ticket[at] != "A" else "B"
        assert KEY.worker_of(ticket[:at] + other + ticket[at + 1 :]) is None
    assert TicketKey(b"j" * 32).worker_of(ticket) is None


@pytest.mark.parametrize("ticket", ["", "x" * 64, "x" * 10_000, "票" * 64, "../" + "x" * 61, "\n" * 64])
def test_what_is_no_ticket_is_none(ticket: str) -> None:
    assert KEY.worker_of(ticket) is None
