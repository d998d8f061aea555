"""SDP: exact on what we write, lenient on what we read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.sdp.codec import live_answer, live_offer, parse_sdp, serialise_sdp
from pinegate.protocols.sdp.session import Setup
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.parser import parse_message

CAPTURES = Path(__file__).parents[3] / "captures" / "sip"


def body(name: str) -> bytes:
    message = parse_message((CAPTURES / f"{name}.sip").read_bytes())
    assert isinstance(message, Request | Response)
    return message.body


@pytest.mark.parametrize(
    "name", ["e7_live_invite_tcp_passive", "e7_live_invite_accepted", "e8_playback_invite_udp"]
)
def test_an_example_round_trips_byte_for_byte(name: str) -> None:
    session = parse_sdp(body(name))
    assert session is not None
    assert serialise_sdp(session) == body(name)


def test_our_offer_is_example_e7() -> None:
    offer = live_offer("34100000002000000001", "10.20.0.6", 30000, "0000000101", "passive")
    assert serialise_sdp(offer) == body("e7_live_invite_tcp_passive")
    assert offer.ssrc_number == 101


def test_our_answer_is_example_e7s() -> None:
    offer = parse_sdp(body("e7_live_invite_tcp_passive"))
    assert offer is not None
    answer = live_answer(offer, "34100200001320000001", "10.20.1.8", 9, media_format="v/2/6/25/1/4096a/1/8/1")
    assert serialise_sdp(answer) == body("e7_live_invite_accepted")


def test_an_answer_takes_the_other_role() -> None:
    roles: dict[Setup, Setup] = {"active": "passive", "passive": "active", "": ""}
    for setup, other in roles.items():
        answer = live_answer(live_offer("p", "10.0.0.1", 1, "0000000001", setup), "d", "10.0.0.2", 9)
        assert answer.video is not None
        assert answer.video.setup == other


def test_missing_parts_stay_empty() -> None:
    session = parse_sdp(b"v=0\no=- 0 0 IN IP4 10.1.1.1\nm=video 0 RTP/AVP 96\n")
    assert session is not None
    assert (session.ssrc, session.ssrc_number, session.format, session.name) == ("", None, "", "")
    assert session.media_host == "10.1.1.1"
    assert session.video is not None
    assert session.video.port == 0


def test_an_ssrc_that_is_none_is_left_out() -> None:
    for text in (b"y=abc", b"y=12345678901", b"y=-1"):
        session = parse_sdp(b"v=0\r\n" + text + b"\r\n")
        assert session is not None
        assert session.ssrc == ""
    overflow = parse_sdp(b"v=0\r\ny=9999999999\r\n")
    assert overflow is not None
    assert overflow.ssrc_number is None


def test_what_is_no_sdp_is_none() -> None:
    assert parse_sdp(b"") is None
    assert parse_sdp(b"<xml/>") is None
    assert parse_sdp(b"v=0\r\n" + b"a=x\r\n" * 5000) is None
    assert parse_sdp(b"v=0\r\nm=video 70000 RTP/AVP 96\r\n") is None


def test_a_line_break_cannot_be_smuggled_into_our_sdp() -> None:
    with pytest.raises(ValueError, match="line break"):
        serialise_sdp(live_offer("p\r\na=evil", "10.0.0.1", 1, "0000000001", ""))


@given(st.binary(max_size=400))
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    session = parse_sdp(b"v=0\r\n" + data)
    if session is not None:
        serialise_sdp(session)
