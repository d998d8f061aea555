import json
from dataclasses import fields
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.adapters.media import messages
from pinegate.adapters.media.messages import ChannelViolationError, Message, decode, encode
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason, InviteFailure
from pinegate.usecases.streams.media_engine import (
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceRequest,
    Transport,
)

EXAMPLES: list[Message] = [
    SourceRequest("点位", Transport.TCP_PASSIVE, None, "10.0.0.1"),
    messages.BindSource("c", "10.0.0.1", 9, 1),
    messages.EndSource("c", End.unavailable(InviteFailure.BUSY)),
    messages.CloseSessions(("a", "b"), End(DenialReason.GRANT_REVOKED)),
    SessionEnded("a", End(EndReason.VIEWER_LEFT), 1 << 40),
    messages.Picture(b"\xff\xd8\x00\xff"),
    messages.RedeemTicket("t" * 43, PlayProtocol.WS_MP4, "::1"),
    Refused("denied", "没有授权"),
    messages.BytesSent({"a": 1 << 40}),
    messages.Failed("no_picture", "later"),
]

AWKWARD: dict[str, st.SearchStrategy[object]] = {
    "lease_seconds": st.floats(0, 3600),  # NaN equals nothing
    "jpeg": st.binary(),
    "values": st.dictionaries(st.text(), st.integers()),
    "sessions": st.dictionaries(st.text(), st.integers()),
}


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_survives_its_codec(message: Message) -> None:
    data = encode(7, message)
    assert int.from_bytes(data[:4], "big") == len(data) - 4
    assert decode(data[4:]) == (7, message)


@given(st.data(), st.integers(0, 1 << 40), st.sampled_from(get_args(Message)))
def test_every_kind_of_message_survives_its_codec(
    data: st.DataObject, number: int, kind: type[Message]
) -> None:
    drawn = {field.name: AWKWARD[field.name] for field in fields(kind) if field.name in AWKWARD}
    message = data.draw(st.builds(kind, **drawn))
    assert decode(encode(number, message)[4:]) == (number, message)


def test_a_violation_does_not_repeat_the_content() -> None:
    with pytest.raises(ChannelViolationError) as raised:
        decode(b'1 RedeemTicket {"ticket": ["secret-ticket"]}')
    assert "secret-ticket" not in str(raised.value)


@pytest.mark.parametrize(
    "frame", [b"1 Done", b"1 Done []", b"x Done {}", b"1 Nothing {}", b"9999999999999999999 Done {}"]
)
def test_a_frame_with_a_fault_is_a_violation(frame: bytes) -> None:
    with pytest.raises(ChannelViolationError):
        decode(frame)


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.integers()).map(json.dumps).map(str.encode))
def test_whatever_is_no_message_is_a_violation(body: bytes) -> None:
    with pytest.raises(ChannelViolationError):
        decode(body)


def test_a_message_beyond_the_limit_is_not_sent() -> None:
    with pytest.raises(ValueError, match="too large"):
        encode(1, messages.Picture(bytes(messages.MAX_MESSAGE)))
