"""The WebSocket wire against a foreign client (RFC 6455)."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, Protocol, Side

from pinegate.adapters.media.wires import MAX_WORD_BYTES, WebSocketWire, binary_frame
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
PING = Frame(Opcode.PING, b"still there?")
CLOSE = Frame(Opcode.CLOSE, b"\x03\xe8")


def sent(*frames: Frame, mask: bool = True) -> bytes:
    return b"".join(frame.serialize(mask=mask) for frame in frames)


def test_the_example_of_the_rfc_is_answered() -> None:
    greeting = WebSocketWire(KEY).greeting()
    assert greeting.startswith(b"HTTP/1.1 101 ")
    assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in greeting
    assert b"Extensions" not in greeting


@pytest.mark.parametrize("key", ["", "short", "c2hvcnQ=", "dGhlIHNhbXBsZSBub25jZQ== ", "松门"])
def test_a_key_that_is_not_16_bytes_of_base64_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"Sec-WebSocket-Key|ASCII"):
        WebSocketWire(key)


@given(st.binary(max_size=300), st.sampled_from([0, 1, 65_200, 65_400, 70_000]))
def test_a_foreign_client_reads_pieces_and_the_farewell(piece: bytes, more: int) -> None:
    piece += bytes(more)
    client = Protocol(Side.CLIENT, state=OPEN, max_size=None)
    client.receive_data(
        binary_frame(piece) + WebSocketWire(KEY).goodbye(End(DenialReason.GRANT_REVOKED), True)
    )
    frame = client.events_received()[0]
    assert isinstance(frame, Frame)
    assert (frame.opcode, bytes(frame.data)) == (Opcode.BINARY, piece)
    assert client.close_rcvd is not None
    assert (client.close_rcvd.code, client.close_rcvd.reason) == (4403, "grant_revoked")


def test_a_camera_that_failed_closes_with_another_code() -> None:
    assert WebSocketWire(KEY).goodbye(End(EndReason.SOURCE_LOST), True)[2:4] == (4503).to_bytes(2, "big")


@given(st.binary(max_size=125), st.lists(st.integers(0, 5000)))
def test_a_ping_is_answered_however_it_is_cut(note: bytes, cuts: list[int]) -> None:
    data = sent(Frame(Opcode.TEXT, b"hello"), Frame(Opcode.PING, note))
    wire = WebSocketWire(KEY)
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    answers = [wire.received(data[start:end]) for start, end in itertools.pairwise(bounds)]
    assert b"".join(answer or b"" for answer in answers) == sent(Frame(Opcode.PONG, note), mask=False)


@pytest.mark.parametrize(
    "data",
    [
        sent(CLOSE),
        sent(PING, mask=False),
        sent(Frame(Opcode.TEXT, bytes(MAX_WORD_BYTES + 1))),
        sent(
            Frame(Opcode.TEXT, bytes(MAX_WORD_BYTES), fin=False),
            Frame(Opcode.CONT, b"x"),
        ),
        sent(Frame(Opcode.CONT, b"")),
        b"\xc1\x80\0\0\0\0",
        b"\x83\x80\0\0\0\0",
        b"\x89\xfe\0\x80\0\0\0\0" + bytes(128),
    ],
    ids=[
        "close",
        "not masked",
        "too large",
        "too large in fragments",
        "nothing to continue",
        "compressed",
        "unknown opcode",
        "long ping",
    ],
)
def test_who_closes_or_breaks_the_protocol_is_gone(data: bytes) -> None:
    assert WebSocketWire(KEY).received(data) is None


@given(st.lists(st.binary(max_size=200)))
def test_whatever_comes_nothing_is_raised(pieces: list[bytes]) -> None:
    wire = WebSocketWire(KEY)
    for piece in pieces:
        if wire.received(piece) is None:
            break
