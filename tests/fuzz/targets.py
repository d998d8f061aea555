"""What strangers' bytes are fed to. A target returns whatever the bytes are; what it raises is a crash.

Each has a folder of its name in `tests/corpora/`: seeds, and every input that once crashed it. The captures of
real devices are seeds too.
"""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from pinegate.adapters.media.http_listener import HttpListener, _Asked
from pinegate.protocols.manscdp import codec as manscdp
from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import MalformedMedia
from pinegate.protocols.media.mpeg_ps import PsDemuxer
from pinegate.protocols.sdp.codec import parse_sdp, serialise_sdp
from pinegate.protocols.sip.faults import MalformedMessage
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.parser import Limits, StreamFramer, parse_message
from pinegate.usecases.access.ticket import TicketKey
from pinegate.usecases.streams.media_engine import Refused

_TESTS = Path(__file__).parents[1]
CORPORA = _TESTS / "corpora"
_PICTURE_CAP = 4000


def sip(data: bytes) -> None:
    message = parse_message(data)
    if isinstance(message, Request | Response):
        assert not isinstance(parse_message(message.serialise()), MalformedMessage)
    framer = StreamFramer(Limits(head=2048, body=1024))
    for start in range(0, len(data), 100):
        framer.feed(data[start : start + 100])


def sdp(data: bytes) -> None:
    session = parse_sdp(data)
    if session is not None:
        serialise_sdp(session)


def manscdp_xml(data: bytes) -> None:
    manscdp.parse_message(data)


def rtp_packets(data: bytes) -> None:
    receiver = rtp.Receiver()
    for datagram in [data, *rtp.Rfc4571Splitter().feed(data)]:
        rtp.parse(datagram)
        receiver.receive(datagram)
    receiver.flush()


def mpeg_ps(data: bytes) -> None:
    """As the payloads of packets where it holds packets, else itself in pieces."""
    parsed = [rtp.parse(datagram) for datagram in rtp.Rfc4571Splitter().feed(data)]
    payloads = [packet.payload for packet in parsed if not isinstance(packet, MalformedMedia)]
    demuxer = PsDemuxer(max_picture_bytes=_PICTURE_CAP)
    for index, payload in enumerate(payloads or [data[at : at + 900] for at in range(0, len(data), 900)]):
        demuxer.feed(payload, index // 4, index % 4 == 3, index % 11 == 10)
        assert demuxer.buffered_bytes <= _PICTURE_CAP + len(payload) + 8192
    demuxer.flush()


def http_head(data: bytes) -> None:
    """What a stranger sends to the media port, up to the question whether its ticket is good."""

    async def refuse(*_: object) -> Refused:
        return Refused("invalid_ticket", "")

    async def read() -> None:
        listener = HttpListener(
            refuse, lambda *_: None, lambda: True, ("http://a",), ("127.0.0.1",), 0, TicketKey(b"")
        )
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)
            theirs.setblocking(False)
            await asyncio.get_running_loop().sock_sendall(theirs, data[:65_536])
            theirs.shutdown(socket.SHUT_WR)
            try:
                asked = await listener._read_head(ours)
            except ConnectionError:
                return
            if isinstance(asked, _Asked):
                listener._check("127.0.0.1", asked)

    asyncio.run(read())


TARGETS: dict[str, Callable[[bytes], None]] = {
    "sip": sip,
    "sdp": sdp,
    "manscdp": manscdp_xml,
    "rtp": rtp_packets,
    "mpeg_ps": mpeg_ps,
    "http_head": http_head,
}
_CAPTURES = {"sip": "**/*.sip", "rtp": "*.[rt][tc]p", "mpeg_ps": "*.[rt][tc]p"}


def corpus_of(name: str) -> list[Path]:
    """The kept inputs of target ``name``: seeds, past crashes, captures."""
    kept = [path for path in (CORPORA / name).iterdir() if path.is_file()]
    if name in _CAPTURES:
        kept += (_TESTS / "captures").glob(_CAPTURES[name])
    return sorted(kept)
