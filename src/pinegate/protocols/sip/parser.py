"""Bytes → message: one datagram, or a stream cut by Content-Length (RFC 3261 sections 7, 18.3, 25)."""

import re
from typing import NamedTuple

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.sip.faults import MalformedMessage, SipSyntaxError
from pinegate.protocols.sip.message import KNOWN_NAMES, Headers, Request, Response, canonical

# RFC 3261 25.1, token.
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
# RFC 3261 7.3.1: no lists, so a second one that differs is an attack on whoever reads the other.
_SINGLE = frozenset(("from", "to", "call-id", "cseq", "max-forwards", "content-length", "content-type"))
_MANDATORY = frozenset(("via", "from", "to", "call-id", "cseq"))  # RFC 3261 8.1.1


class Limits(NamedTuple):
    """Caps on what a peer may send, in octets and fields. A catalogue over TCP may need a larger
    ``body``.
    """

    head: int = 16_384
    line: int = 4_096
    headers: int = 64
    body: int = 65_536


DEFAULT_LIMITS = Limits()


def parse_message(
    data: bytes, limits: Limits = DEFAULT_LIMITS
) -> Request | Response | MalformedMessage | None:
    """One datagram → message; ``None`` for a keep-alive of line ends (RFC 3261 7.5) or zeros. Never raises.

    Lenient, for a datagram's borders cannot be mistaken: lines may all end in LF, and Content-Length may be too long.
    """
    if data[:1] in (b"\r", b"\n", b"\0", b""):
        data = data.lstrip(b"\r\n\0")
        if not data:
            return None
    first = data.find(b"\n", 0, limits.line)
    line_end = b"\n" if first > 0 and data[first - 1 : first] != b"\r" else b"\r\n"
    end = data.find(2 * line_end, 0, limits.head + 4)
    if end < 0:
        return MalformedMessage("head_too_long" if len(data) > limits.head else "no_end_of_head")
    return _parse(data[:end], data[end + 2 * len(line_end) :], limits, line_end.decode())


def _parse(
    head: bytes, body: bytes, limits: Limits, line_end: str = "\r\n"
) -> Request | Response | MalformedMessage:
    try:
        return _message(head, body, limits, line_end)
    except SipSyntaxError as fault:
        return MalformedMessage(str(fault))


def _message(head: bytes, body: bytes, limits: Limits, line_end: str) -> Request | Response:
    text = head.decode("utf-8", "surrogateescape")
    lines = text.split(line_end)
    breaks = len(lines) - 1
    if text.count("\n") != breaks or text.count("\r") != (0 if line_end == "\n" else breaks):
        raise SipSyntaxError("bare_line_break")
    if "\0" in text:
        raise SipSyntaxError("zero_octet")
    headers = _headers(lines, limits)
    length = content_length(headers)
    deviations = [Deviation.BARE_LINE_FEEDS] if line_end == "\n" else []
    if length is not None:
        if length > len(body):  # who receives it asks who sent it
            deviations.append(Deviation.CONTENT_LENGTH_TOO_LONG)
        body = body[:length]  # RFC 3261 18.3: what is behind the body of a datagram is discarded
    if len(body) > limits.body:
        raise SipSyntaxError("body_too_long")
    message = _start_line(lines[0], headers, body)
    message.deviations = tuple(deviations)
    return message


def _headers(lines: list[str], limits: Limits) -> Headers:
    entries: list[tuple[str, str, str]] = []
    seen: dict[str, str] = {}
    if max(map(len, lines)) > limits.line:
        raise SipSyntaxError("line_too_long")
    if len(lines) > limits.headers + 1:
        raise SipSyntaxError("too_many_headers")
    for line in _unfolded(lines):
        name, colon, value = line.partition(":")
        key = KNOWN_NAMES.get(name)
        if key is None:
            name = name.rstrip(" \t")
            if not colon or _TOKEN.fullmatch(name) is None:
                raise SipSyntaxError("header_line")
            key = canonical(name)
        value = value.strip(" \t")
        if key in _SINGLE and seen.setdefault(key, value) != value:
            raise SipSyntaxError("repeated_header")
        entries.append((key, name, value))
    headers = Headers()
    headers.entries = entries
    return headers


def _unfolded(lines: list[str]) -> list[str]:
    """The header lines without the start line, continuation lines joined by one space (RFC 3261
    7.3.1).
    """
    joined: list[str] = []
    for line in lines[1:]:
        if line[:1] in (" ", "\t"):
            if not joined:
                raise SipSyntaxError("fold_without_header")
            joined[-1] = f"{joined[-1]} {line.strip()}".rstrip()
        else:
            joined.append(line)
    return joined


def content_length(headers: Headers) -> int | None:
    """Content-Length (RFC 3261 20.14), ``None`` when missing. Raises :class:`SipSyntaxError` when it is no number."""
    value = headers.get("content-length")
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise SipSyntaxError("content_length")
    return int(value)


def _start_line(line: str, headers: Headers, body: bytes) -> Request | Response:
    if line.startswith("SIP/"):  # RFC 3261 7.2
        version, _, rest = line.partition(" ")
        status, _, reason = rest.partition(" ")
        if version != "SIP/2.0" or len(status) != 3 or not (status.isascii() and status.isdigit()):
            raise SipSyntaxError("status_line")
        if not 100 <= int(status) <= 699:
            raise SipSyntaxError("status_code")
        message = Response(int(status), reason, headers, body)
    else:  # RFC 3261 7.1: single spaces, a URI without angle brackets
        parts = line.split(" ")
        if len(parts) != 3 or _TOKEN.fullmatch(parts[0]) is None:
            raise SipSyntaxError("request_line")
        method, uri, version = parts
        if version.upper() != "SIP/2.0":  # RFC 3261 7.1: case does not matter
            raise SipSyntaxError("version")
        if ":" not in uri or uri[0] == "<" or '"' in uri:
            raise SipSyntaxError("request_uri")
        message = Request(method, uri, headers, body)
    _check(message)
    return message


def _check(message: Request | Response) -> None:
    """The fields without which no answer can be matched must be there and be read (RFC 3261 8.1.1)."""
    keys = {entry[0] for entry in message.headers.entries}
    if not keys >= _MANDATORY:
        raise SipSyntaxError("missing_header")
    _ = (message.via, message.from_, message.to, message.call_id)
    _, method = message.cseq
    if isinstance(message, Request) and method != message.method:  # RFC 3261 8.1.1.5
        raise SipSyntaxError("cseq_method")
    hops = message.headers.get("max-forwards")
    # RFC 3261 20.22: 0 to 255.
    if hops is not None and not (hops.isascii() and hops.isdigit() and int(hops[:9]) <= 255):
        raise SipSyntaxError("max_forwards")


class StreamFramer:
    """Cuts a TCP stream into messages. After a fatal :class:`MalformedMessage` it swallows everything: close
    it.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        """May be raised once the peer is known."""
        self._buffer = bytearray()
        self._searched = 0
        self._head_end = -1
        self._length = 0
        self.broken = False

    def feed(self, data: bytes) -> list[Request | Response | MalformedMessage]:
        """All messages that are complete now. Holds at most one message's caps (and what came with
        ``data``).
        """
        messages: list[Request | Response | MalformedMessage] = []
        if self.broken:
            return messages
        self._buffer += data
        while (message := self._next()) is not None:
            messages.append(message)
            if isinstance(message, MalformedMessage) and message.fatal:
                self.broken = True
                self._buffer.clear()
                break
        return messages

    def _next(self) -> Request | Response | MalformedMessage | None:
        if self._head_end < 0:
            fault = self._find_head()
            if fault is not None:
                return fault
            if self._head_end < 0:
                return None
        end = self._head_end + 4 + self._length
        if len(self._buffer) < end:
            return None
        head = bytes(self._buffer[: self._head_end])
        body = bytes(self._buffer[self._head_end + 4 : end])
        del self._buffer[:end]
        self._searched, self._head_end = 0, -1
        return _parse(head, body, self.limits)

    def _find_head(self) -> MalformedMessage | None:
        if self._searched == 0:
            self._skip_keep_alive()
        end = self._buffer.find(b"\r\n\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 3)
        if (len(self._buffer) if end < 0 else end) > self.limits.head:
            return MalformedMessage("head_too_long", fatal=True)
        if end >= 0:
            try:
                length = _peek_length(bytes(self._buffer[:end]))
            except SipSyntaxError as fault:
                return MalformedMessage(str(fault), fatal=True)
            if length > self.limits.body:
                return MalformedMessage("body_too_long", fatal=True)
            self._head_end, self._length = end, length
        return None

    def _skip_keep_alive(self) -> None:
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n\0"))
        del self._buffer[:blank]


_LENGTH_LINE = re.compile(rb"\r\n(?:content-length|l)[ \t]*:[ \t]*(?:\r\n[ \t]+)?([^\r]*)", re.IGNORECASE)


def _peek_length(head: bytes) -> int:
    """The body's length by all Content-Length lines, which must agree; a missing one counts as 0 (RFC 3261
    18.3 wants one on streams).
    """
    values = {value.strip() for value in _LENGTH_LINE.findall(head)}
    if len(values) > 1 or any(not value.isdigit() or len(value) > 9 for value in values):
        raise SipSyntaxError("content_length")
    return int(values.pop()) if values else 0
