"""The end of a session as a value, and as the register keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason, InviteFailure

ENDS = st.builds(
    End,
    st.sampled_from([*EndReason, *DenialReason]),
    st.none() | st.sampled_from(InviteFailure),
)


@given(ENDS)
def test_the_register_gives_back_the_end_that_it_was_given(end: End) -> None:
    assert End.read(str(end)) == end


def test_a_camera_that_could_not_be_had_says_why() -> None:
    assert str(End.unavailable(InviteFailure.BUSY)) == "source_unavailable:busy"


@pytest.mark.parametrize(
    "text", ["", "no such reason", "source_unavailable:", "source_unavailable:no such failure"]
)
def test_anything_else_is_no_end(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        End.read(text)


def test_no_reason_is_both_a_denial_and_an_end() -> None:
    assert not set(DenialReason) & set(EndReason)
