import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN, Protocol, Side

from pinegate.protocols.web import websocket
from pinegate.protocols.web.websocket import ClientDecoder, Close, Event, Message, Ping, Pong, Violation


def client_bytes(*frames: Frame) -> bytes:
    return b"".join(frame.serialize(mask=True) for frame in frames)


def decode(data: bytes, cuts: list[int] | None = None, limit: int = 4096) -> list[Event]:
    decoder = ClientDecoder(limit)
    bounds = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    return [event for start, end in itertools.pairwise(bounds) for event in decoder.feed(data[start:end])]


def test_the_example_of_the_rfc_is_answered() -> None:
    assert websocket.accept_value("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize("key", ["", "short", "c2hvcnQ=", "dGhlIHNhbXBsZSBub25jZQ== ", "松门"])
def test_a_key_that_is_not_16_bytes_of_base64_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"Sec-WebSocket-Key|ASCII"):
        websocket.accept_value(key)


@given(st.binary(max_size=300), st.sampled_from([0, 1, 65_200, 65_400, 70_000]))
def test_a_foreign_client_reads_what_is_sent(payload: bytes, more: int) -> None:
    payload += bytes(more)
    client = Protocol(Side.CLIENT, state=OPEN, max_size=None)
    client.receive_data(websocket.encode_binary(payload))
    client.receive_data(
        websocket.binary_header(3) + b"abc" + websocket.encode_text("松") + websocket.encode_pong(b"p")
    )
    client.receive_data(websocket.encode_close(1008, "授权已撤销" * 20))
    seen = client.events_received()
    assert [(frame.opcode, bytes(frame.data)) for frame in seen[:4]] == [
        (Opcode.BINARY, payload),
        (Opcode.BINARY, b"abc"),
        (Opcode.TEXT, "松".encode()),
        (Opcode.PONG, b"p"),
    ]
    assert client.close_rcvd is not None
    assert client.close_rcvd.code == 1008
    assert client.close_rcvd.reason.startswith("授权已撤销")


@given(
    st.binary(max_size=2000), st.text(max_size=200), st.binary(max_size=125), st.lists(st.integers(0, 5000))
)
def test_what_a_foreign_client_sends_is_read_however_it_is_cut(
    payload: bytes, text: str, note: bytes, cuts: list[int]
) -> None:
    data = client_bytes(
        Frame(Opcode.BINARY, payload[:9], fin=False),
        Frame(Opcode.PING, note),
        Frame(Opcode.CONT, payload[9:]),
        Frame(Opcode.TEXT, text.encode()),
        Frame(Opcode.PONG, note),
        Frame(Opcode.CLOSE, (1000).to_bytes(2, "big") + b"bye"),
        Frame(Opcode.TEXT, b"ignored"),
    )
    assert decode(data, cuts) == [
        Ping(note),
        Message(payload, False),
        Message(text.encode(), True),
        Pong(note),
        Close(1000, "bye"),
    ]


def test_a_close_without_a_code_is_1005() -> None:
    assert decode(client_bytes(Frame(Opcode.CLOSE, b""))) == [Close(1005, "")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"x").serialize(mask=False), 1002),
        (b"\xc1\x80\0\0\0\0", 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (b"\x89\xfe\0\x7e\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (client_bytes(Frame(Opcode.TEXT, b"a", fin=False), Frame(Opcode.TEXT, b"b")), 1002),
        (b"\x82\xff" + b"\xff" * 8, 1009),
        (client_bytes(Frame(Opcode.BINARY, bytes(3000), fin=False), Frame(Opcode.CONT, bytes(3000))), 1009),
        (client_bytes(Frame(Opcode.TEXT, b"\xff")), 1007),
        (b"\x88\x81\0\0\0\0\x03", 1002),
        (b"\x88\x82\0\0\0\0\x03\xed", 1002),
    ],
    ids=[
        "unmasked",
        "reserved bit",
        "unknown opcode",
        "fragmented ping",
        "long ping",
        "continuation of nothing",
        "text within a message",
        "announced too big",
        "fragments too big",
        "not UTF-8",
        "close of one byte",
        "close with 1005",
    ],
)
def test_a_violation_is_answered_with_its_code(data: bytes, code: int) -> None:
    events = decode(data)
    assert isinstance(events[-1], Violation)
    assert events[-1].code == code


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_random_bytes_never_raise(pieces: list[bytes]) -> None:
    decoder = ClientDecoder(500)
    for piece in pieces:
        decoder.feed(piece)
