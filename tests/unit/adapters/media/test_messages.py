import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.adapters.media import messages
from pinegate.adapters.media.messages import ChannelViolationError, decode, encode
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End
from pinegate.usecases.streams.media_engine import PlayProtocol, Transport

EXAMPLES = [
    messages.OpenSource(
        id=1, source_id="点位", transport=Transport.TCP_PASSIVE, ssrc=None, expected_host="10.0.0.1"
    ),
    messages.BindSource(id=2, source_id="c", remote_host="10.0.0.1", remote_port=9, ssrc=1),
    messages.CloseSessions(id=3, session_ids=("a", "b"), end=End(DenialReason.GRANT_REVOKED)),
    messages.Picture(id=4, jpeg=b"\xff\xd8\x00\xff"),
    messages.RedeemTicket(id=5, ticket="t" * 43, protocol=PlayProtocol.WS_MP4, client_host="::1"),
    messages.TicketRefused(id=6, code="denied", message="没有授权"),
    messages.BytesSent(sessions={"a": 1 << 40}),
    messages.Failed(id=7, code="no_picture", message="later"),
]


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: message.type)
def test_a_message_survives_its_codec(message: messages.Message) -> None:
    data = encode(message)
    assert int.from_bytes(data[:4], "big") == len(data) - 4
    assert json.loads(data[4:])["type"] == message.type
    assert decode(data[4:]) == message


def test_a_violation_does_not_repeat_the_content() -> None:
    with pytest.raises(ChannelViolationError) as raised:
        decode(b'{"type": "redeem_ticket", "ticket": ["secret-ticket"]}')
    assert "secret-ticket" not in str(raised.value)


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.integers()).map(json.dumps).map(str.encode))
def test_whatever_is_no_message_is_a_violation(body: bytes) -> None:
    with pytest.raises(ChannelViolationError):
        decode(body)


def test_a_message_beyond_the_limit_is_not_sent() -> None:
    with pytest.raises(ValueError, match="too large"):
        encode(messages.Picture(jpeg=bytes(messages.MAX_MESSAGE)))
