"""What goes around the pictures: the HTTP heads and problems, and the WebSocket's handshake and farewell."""

import base64
import binascii
import json
from collections.abc import Iterable
from functools import lru_cache

from websockets.frames import Close, Frame, Opcode
from websockets.protocol import OPEN, Protocol, Side
from websockets.utils import accept_key

from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.streams.media_engine import PlayProtocol

CLOSE_ENDED = 4403
"""WebSocket close code of a session that may not go on; the close reason is the code of the reason."""
CLOSE_UNAVAILABLE = 4503
"""WebSocket close code of a session whose camera, or whose own speed, failed."""
MAX_STRAY_BYTES = 65536
"""What a client may send after its request; a viewer has nothing to say."""

MAX_WORD_BYTES = 4096
"""One WebSocket message of a client at most, with all of its fragments."""
_KEY_BYTES = 16

_TITLES = {
    200: "OK",
    204: "No Content",
    101: "Switching Protocols",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    421: "Misdirected Request",
    426: "Upgrade Required",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}
_TYPES = {PlayProtocol.FLV: "video/x-flv", PlayProtocol.MP4: "video/mp4"}
_UNAVAILABLE = frozenset(
    {
        EndReason.VIEWER_LEFT,
        EndReason.SOURCE_LOST,
        EndReason.SOURCE_UNAVAILABLE,
        EndReason.SOURCE_CHANGED,
        EndReason.WORKER_LOST,
        EndReason.TOO_SLOW,
    }
)

Headers = Iterable[tuple[str, str]]


def head(status: int, headers: Headers) -> bytes:
    """Status line and headers; every answer forbids caching and sniffing, and ends the connection."""
    lines = [f"HTTP/1.1 {status} {_TITLES[status]}"]
    lines += [f"{name}: {value}" for name, value in headers]
    lines += ["Cache-Control: no-store", "X-Content-Type-Options: nosniff", "", ""]
    return "\r\n".join(lines).encode("ascii")


def problem(status: int, code: str, detail: str, headers: Headers = ()) -> bytes:
    """A whole answer with a problem document (RFC 9457); ``code`` is for programs, ``detail`` for people."""
    document = {"title": _TITLES[status], "status": status, "code": code, "detail": detail}
    body = json.dumps(document, ensure_ascii=False).encode()
    described = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
        *headers,
    ]
    return head(status, described) + body


class HttpWire:
    """A response without length: it lasts as long as the pictures do."""

    def __init__(self, protocol: PlayProtocol, headers: Headers) -> None:
        self._protocol = protocol
        self._headers = tuple(headers)
        self._stray = 0

    def greeting(self) -> bytes:
        return b""

    def opening(self) -> bytes:
        described = [("Content-Type", _TYPES[self._protocol]), ("Connection", "close")]
        # nginx would otherwise gather the pictures in its buffers
        return head(200, [*described, ("X-Accel-Buffering", "no"), *self._headers])

    def goodbye(self, end: End, begun: bool) -> bytes:
        if begun:
            return b""
        if end.reason is EndReason.SOURCE_UNAVAILABLE:
            return problem(504, end.reason, "The camera sent no picture in time. Try again.", self._headers)
        return problem(403, end.reason, "The session was ended before the first picture.", self._headers)

    def received(self, data: bytes) -> bytes | None:
        self._stray += len(data)
        return b"" if self._stray <= MAX_STRAY_BYTES else None


def binary_frame(piece: bytes) -> bytes:
    """One unmasked, unfragmented, uncompressed frame: made once a piece, for all of its viewers."""
    return Frame(Opcode.BINARY, piece).serialize(mask=False)


class WebSocketWire:
    """The server's side of RFC 6455, without extensions. ``ValueError`` for a key that is none (section 4.2.1).

    The handshake is answered at once, so that a browser can be told why there is no picture.
    """

    def __init__(self, key: str) -> None:
        if len(_decoded(key)) != _KEY_BYTES:
            raise ValueError("Sec-WebSocket-Key is not 16 bytes")
        self._accept = accept_key(key)
        self._protocol = Protocol(Side.SERVER, state=OPEN, max_size=MAX_WORD_BYTES)

    def greeting(self) -> bytes:
        switch = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", self._accept)]
        return head(101, switch)

    def opening(self) -> bytes:
        return b""

    def goodbye(self, end: End, begun: bool) -> bytes:
        code = CLOSE_UNAVAILABLE if end.reason in _UNAVAILABLE else CLOSE_ENDED
        return _farewell(code, end.reason.value)

    def received(self, data: bytes) -> bytes | None:
        self._protocol.receive_data(data)
        self._protocol.events_received()  # a viewer has nothing to say
        if self._protocol.state is not OPEN:  # it closes, or broke the protocol
            return None
        return b"".join(self._protocol.data_to_send())  # pongs


@lru_cache(64)
def _farewell(code: int, reason: str) -> bytes:
    return Frame(Opcode.CLOSE, Close(code, reason).serialize()).serialize(mask=False)


def _decoded(key: str) -> bytes:
    try:
        return base64.b64decode(key, validate=True)
    except binascii.Error as fault:
        raise ValueError("Sec-WebSocket-Key is not base64") from fault
