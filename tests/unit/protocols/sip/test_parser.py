"""Bytes → messages: the handbook's examples, RFC 4475, faults, limits, streams."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.sip.faults import MalformedMessage
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.parser import Limits, StreamFramer, parse_message

CAPTURES = Path(__file__).parents[3] / "captures"
EXAMPLES = sorted((CAPTURES / "sip").glob("e*.sip"))
TORTURE = sorted((CAPTURES / "rfc4475").glob("*.sip"))

REFUSED = {
    "badvers": "version",
    "bigcode": "status_line",
    "insuf": "missing_header",
    "intmeth": "zero_octet",
    "ltgtruri": "request_uri",
    "lwsruri": "request_line",
    "lwsstart": "request_line",
    "mcl01": "repeated_header",
    "mismatch01": "cseq_method",
    "mismatch02": "cseq_method",
    "multi01": "repeated_header",
    "ncl": "content_length",
    "quotbal": "name_addr",
    "scalar02": "cseq",
    "scalarlg": "cseq",
    "trws": "request_line",
}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_of_the_handbook_round_trips_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    message = parse_message(data)
    assert isinstance(message, Request | Response)
    assert message.serialise() == data


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_whole_out_of_a_stream_cut_anywhere(path: Path) -> None:
    data = path.read_bytes()
    for cut in range(0, len(data), 37):
        framer = StreamFramer()
        messages = framer.feed(b"\r\n\r\n" + data[:cut]) + framer.feed(data[cut:] + data)
        assert [m.serialise() for m in messages if not isinstance(m, MalformedMessage)] == [data, data]


@pytest.mark.parametrize("path", TORTURE, ids=lambda path: path.stem)
def test_a_torture_message_is_parsed_or_named_malformed(path: Path) -> None:
    message = parse_message(path.read_bytes())
    if path.stem in REFUSED:
        assert message == MalformedMessage(REFUSED[path.stem])
    else:
        assert isinstance(message, Request | Response)
        again = parse_message(message.serialise())
        assert isinstance(again, Request | Response)
        assert list(again.headers) == list(message.headers)


def test_the_short_tortuous_invite_means_what_the_rfc_says() -> None:
    invite = parse_message((CAPTURES / "rfc4475" / "wsinv.sip").read_bytes())
    assert isinstance(invite, Request)
    assert invite.cseq == (9, "INVITE")
    assert invite.to.tag == "1918181833n"
    assert invite.from_.tag == "98asjd8"
    assert invite.from_.uri == "sip:jdrosen@example.com"
    assert invite.via.branch == "390skdjuw"
    assert len(invite.headers.all("via")) == 3
    assert invite.headers.get("subject") == ""


def register(*, drop: str = "", add: str = "", cseq: str = "1 REGISTER", body: bytes = b"") -> bytes:
    lines = [
        "REGISTER sip:34100000002000000001@3410000000 SIP/2.0",
        "Via: SIP/2.0/UDP 10.20.1.8:5060;rport;branch=z9hG4bKr1",
        "From: <sip:34100200001180000001@3410000000>;tag=71f0",
        "To: <sip:34100200001180000001@3410000000>",
        "Call-ID: reg-5b1e@10.20.1.8",
        f"CSeq: {cseq}",
        *([add] if add else []),
    ]
    return (
        "\r\n".join(line for line in lines if not drop or not line.startswith(drop)).encode()
        + b"\r\n\r\n"
        + body
    )


@pytest.mark.parametrize("name", ["Via", "From", "To", "Call-ID", "CSeq"])
def test_a_message_without_a_header_that_every_answer_needs_is_malformed(name: str) -> None:
    assert parse_message(register(drop=name)) == MalformedMessage("missing_header")


@pytest.mark.parametrize(
    ("add", "fault"),
    [
        ("X: " + "a" * 5000, "line_too_long"),
        ("\r\n".join(f"X-{n}: 1" for n in range(70)), "too_many_headers"),
        ("no colon here", "header_line"),
        ("X-Smuggled: a\rEvil: b", "bare_line_break"),
        ("X-Smuggled: a\nEvil: b", "bare_line_break"),
        ("X: a\0b", "zero_octet"),
        ("Content-Length: 1e3", "content_length"),
        ("Content-Length: ٣", "content_length"),
        ("Max-Forwards: 256", "max_forwards"),
    ],
)
def test_a_fault_in_the_head_is_named(add: str, fault: str) -> None:
    assert parse_message(register(add=add)) == MalformedMessage(fault)


def test_what_goes_beyond_the_content_length_of_a_datagram_is_dropped() -> None:
    message = parse_message(register(add="Content-Length: 3", body=b"abcdef"))
    assert isinstance(message, Request)
    assert message.body == b"abc"


def test_a_datagram_of_line_ends_or_zeros_is_a_keep_alive() -> None:
    assert parse_message(b"\r\n\r\n") is None
    assert parse_message(b"\0\0\0\0") is None
    assert parse_message(b"") is None


def test_a_head_without_end_is_refused_within_its_limit() -> None:
    framer = StreamFramer()
    fed = [framer.feed(b"A" * 1000) for _ in range(20)]
    assert framer.broken
    assert fed[-1] == []
    assert framer.feed(register()) == []


@pytest.mark.parametrize("length", ["-1", "99999", "1\r\nContent-Length: 2", "x"])
def test_a_stream_whose_borders_are_lost_is_given_up(length: str) -> None:
    framer = StreamFramer()
    faults = framer.feed(register(add=f"Content-Length: {length}"))
    assert [fault.fatal for fault in faults if isinstance(fault, MalformedMessage)] == [True]
    assert framer.broken


def test_a_malformed_message_on_a_stream_does_not_lose_the_next() -> None:
    framer = StreamFramer()
    bad, good = framer.feed(register(drop="Call-ID", add="Content-Length: 2", body=b"xy") + register())
    assert bad == MalformedMessage("missing_header")
    assert isinstance(good, Request)


@given(st.binary(max_size=600))
def test_no_bytes_make_the_parser_raise(data: bytes) -> None:
    parse_message(data)
    StreamFramer(Limits(head=256, body=64)).feed(data)


@settings(max_examples=300)
@given(st.sampled_from(EXAMPLES + TORTURE), st.data())
def test_no_damage_to_a_real_message_makes_the_parser_raise(path: Path, draws: st.DataObject) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(draws.draw(st.integers(1, 8))):
        position = draws.draw(st.integers(0, len(data) - 1))
        data[position : position + draws.draw(st.integers(0, 4))] = draws.draw(st.binary(max_size=6))
        if not data:
            break
    message = parse_message(bytes(data))
    if isinstance(message, Request | Response):
        assert not isinstance(parse_message(message.serialise()), MalformedMessage)
    framer = StreamFramer()
    for start in range(0, len(data), 100):
        framer.feed(bytes(data[start : start + 100]))


def test_a_datagram_whose_lines_end_in_line_feeds_is_read() -> None:
    right = register(add="Content-Length: 6") + b"a\r\n\r\nb"
    head, end, _ = right.partition(b"\r\n\r\n")
    expected, message = (
        parse_message(right),
        parse_message((head + end).replace(b"\r\n", b"\n") + b"a\r\n\r\nb"),
    )
    assert isinstance(expected, Request)
    assert isinstance(message, Request)
    assert (message.headers.entries, message.body) == (expected.headers.entries, b"a\r\n\r\nb")
    assert (message.deviations, expected.deviations) == ((Deviation.BARE_LINE_FEEDS,), ())


def test_line_ends_of_both_kinds_are_refused() -> None:
    """Who reads the one kind and who reads the other would see two messages."""
    assert parse_message(register().replace(b"\r\n", b"\n").replace(b"\nTo", b"\r\nTo")) == MalformedMessage(
        "bare_line_break"
    )


def test_a_content_length_beyond_the_datagram_is_overlooked_and_noted() -> None:
    message = parse_message(register(add="Content-Length: 5", body=b"abc"))
    assert isinstance(message, Request)
    assert message.body == b"abc"
    assert message.deviations == (Deviation.CONTENT_LENGTH_TOO_LONG,)
