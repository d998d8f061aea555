"""SSRCs: ten digits, the domain's middle, and never two alike at a time."""

import pytest

from pinegate.usecases.streams.ssrc import SsrcExhaustedError, SsrcNumbers


def test_an_ssrc_is_live_domain_and_own_number() -> None:
    assert SsrcNumbers("3402000000").take() == "0200000001"


def test_numbers_differ_until_given_back_and_zero_is_never_used() -> None:
    numbers = SsrcNumbers("3410000000")
    taken = {numbers.take() for _ in range(9_999)}
    assert len(taken) == 9_999 and "0000000000" not in taken
    with pytest.raises(SsrcExhaustedError):
        numbers.take()
    numbers.give_back("0000000042")
    assert numbers.take() == "0000000042"
