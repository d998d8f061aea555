"""What goes around the pictures: the HTTP heads and problems, and the WebSocket's handshake and farewell."""

import json
from collections.abc import Iterable

from pinegate.domain.access.session_end import End, EndReason
from pinegate.protocols.web.websocket import (
    ClientDecoder,
    Close,
    Ping,
    Violation,
    accept_value,
    encode_close,
    encode_pong,
)
from pinegate.usecases.streams.media_engine import PlayProtocol

CLOSE_ENDED = 4403
"""WebSocket close code of a session that may not go on; the close reason is the code of the reason."""
CLOSE_UNAVAILABLE = 4503
"""WebSocket close code of a session whose camera, or whose own speed, failed."""
MAX_STRAY_BYTES = 65536
"""What a client may send after its request; a viewer has nothing to say."""

_TITLES = {
    200: "OK",
    204: "No Content",
    101: "Switching Protocols",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
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


class WebSocketWire:
    """The server's side of RFC 6455. ``ValueError`` for a key that is none (section 4.2.1).

    The handshake is answered at once, so that a browser can be told why there is no picture.
    """

    def __init__(self, key: str) -> None:
        self._accept = accept_value(key)
        self._decoder = ClientDecoder()

    def greeting(self) -> bytes:
        switch = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", self._accept)]
        return head(101, switch)

    def opening(self) -> bytes:
        return b""

    def goodbye(self, end: End, begun: bool) -> bytes:
        return encode_close(CLOSE_UNAVAILABLE if end.reason in _UNAVAILABLE else CLOSE_ENDED, end.reason)

    def received(self, data: bytes) -> bytes | None:
        answer = b""
        for event in self._decoder.feed(data):
            if isinstance(event, Ping):
                answer += encode_pong(event.payload)
            elif isinstance(event, Close | Violation):
                return None
        return answer
