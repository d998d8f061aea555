"""The register keeps of a ticket what opens nothing."""

from datetime import timedelta

from pinegate.usecases.access.ticket import TICKET_LIFETIME, ticket_digest


def test_of_a_ticket_its_sm3_is_kept() -> None:
    # GM/T 0004-2012, example 1
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert ticket_digest("abc").hex() == expected


def test_a_ticket_lives_thirty_seconds() -> None:
    assert timedelta(seconds=30) == TICKET_LIFETIME
