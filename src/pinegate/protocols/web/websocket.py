"""The server's side of WebSocket (RFC 6455): bytes in, events out. No extensions, nothing fragmented."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Final

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES: Final = 16
_FIN: Final = 0x80
_MASK: Final = 0x80
_CONTINUATION: Final = 0x0
_TEXT: Final = 0x1
_BINARY: Final = 0x2
_CLOSE: Final = 0x8
_PING: Final = 0x9
_PONG: Final = 0xA
_MAX_CONTROL: Final = 125

NORMAL: Final = 1000
GOING_AWAY: Final = 1001
PROTOCOL_ERROR: Final = 1002
NO_STATUS: Final = 1005
INVALID_DATA: Final = 1007
POLICY_VIOLATION: Final = 1008
TOO_BIG: Final = 1009
"""Close codes of section 7.4.1."""


def accept_value(key: str) -> str:
    """``Sec-WebSocket-Accept`` for a client's ``Sec-WebSocket-Key`` (section 4.2.2).

    ``ValueError`` unless the key is base64 of 16 bytes.
    """
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error as fault:
        raise ValueError("Sec-WebSocket-Key is not base64") from fault
    if len(decoded) != _KEY_BYTES:
        raise ValueError("Sec-WebSocket-Key is not 16 bytes")
    digest = hashlib.sha1(key.encode("ascii") + _GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode("ascii")


def binary_header(length: int) -> bytes:
    """Header of one unmasked binary frame of ``length`` bytes, for ``sendmsg([header, payload])``."""
    return _header(_BINARY, length)


def encode_binary(payload: bytes) -> bytes:
    return _header(_BINARY, len(payload)) + payload


def encode_text(text: str) -> bytes:
    payload = text.encode()
    return _header(_TEXT, len(payload)) + payload


def encode_pong(payload: bytes) -> bytes:
    """The answer to a :class:`Ping`, with its payload."""
    return _header(_PONG, len(payload)) + payload


def encode_close(code: int = NORMAL, reason: str = "") -> bytes:
    """``reason`` is cut to 123 bytes of UTF-8 (section 5.5)."""
    text = reason.encode()[: _MAX_CONTROL - 2].decode(errors="ignore").encode()
    payload = code.to_bytes(2, "big") + text
    return _header(_CLOSE, len(payload)) + payload


def _header(opcode: int, length: int) -> bytes:
    if length < 126:
        return bytes((_FIN | opcode, length))
    if length < 1 << 16:
        return bytes((_FIN | opcode, 126)) + length.to_bytes(2, "big")
    return bytes((_FIN | opcode, 127)) + length.to_bytes(8, "big")


@dataclass(frozen=True, slots=True)
class Message:
    """``text``: the payload is valid UTF-8 of a text message."""

    payload: bytes
    text: bool


@dataclass(frozen=True, slots=True)
class Ping:
    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    payload: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """The client closes; 1005 when it named no code."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Violation:
    """The client broke the protocol: answer ``encode_close(code, reason)`` and cut."""

    code: int
    reason: str


Event = Message | Ping | Pong | Close | Violation


class ClientDecoder:
    """Decodes a client's frames; after ``Close`` or ``Violation`` further bytes are ignored.

    ``max_message``: cap on a message with all of its fragments, bytes.
    """

    def __init__(self, max_message: int = 4096) -> None:
        self._limit = max_message
        self._buffer = b""
        self._fragments = b""
        self._opcode = _CONTINUATION
        self._ended = False

    def feed(self, data: bytes) -> list[Event]:
        """Events that are complete now; never raises."""
        events: list[Event] = []
        if self._ended:
            return events
        buffer = self._buffer + data
        at = 0
        while not self._ended:
            event, end = self._read_frame(buffer, at)
            if event is not None:
                events.append(event)
                self._ended = isinstance(event, Close | Violation)
            if end == at:
                break
            at = end
        self._buffer = b"" if self._ended else buffer[at:]
        return events

    def _read_frame(self, buffer: bytes, at: int) -> tuple[Event | None, int]:
        """The event of the frame at ``at``, if it completes one, and the frame's end; ``at`` when it is cut short."""
        if len(buffer) < at + 2:
            return None, at
        first, second = buffer[at], buffer[at + 1]
        fault = _check_header(first, second, bool(self._opcode))
        if fault is not None:
            return fault, at
        length, start = second & 0x7F, at + 2
        if length >= 126:
            start += 2 if length == 126 else 8
            if len(buffer) < start:
                return None, at
            length = int.from_bytes(buffer[at + 2 : start], "big")
        control = first & 0x08
        if not control and length + len(self._fragments) > self._limit:
            return Violation(TOO_BIG, f"messages are limited to {self._limit} bytes"), at
        end = start + 4 + length
        if len(buffer) < end:
            return None, at
        payload = _unmask(buffer[start + 4 : end], buffer[start : start + 4])
        return (_control_event(first & 0x0F, payload) if control else self._data_event(first, payload)), end

    def _data_event(self, first: int, payload: bytes) -> Event | None:
        self._opcode = first & 0x0F or self._opcode
        self._fragments += payload
        if not first & _FIN:
            return None
        message, text = self._fragments, self._opcode == _TEXT
        self._fragments, self._opcode = b"", _CONTINUATION
        if text and not _is_utf8(message):
            return Violation(INVALID_DATA, "text is not UTF-8")
        return Message(message, text)


def _check_header(first: int, second: int, within_message: bool) -> Violation | None:
    opcode = first & 0x0F
    if first & 0x70:
        return Violation(PROTOCOL_ERROR, "reserved bits set without an extension")
    if not second & _MASK:
        return Violation(PROTOCOL_ERROR, "client frames must be masked")
    if opcode in (_CLOSE, _PING, _PONG):
        if not first & _FIN or second & 0x7F > _MAX_CONTROL:
            return Violation(PROTOCOL_ERROR, "control frames are short and not fragmented")
        return None
    if opcode not in (_CONTINUATION, _TEXT, _BINARY):
        return Violation(PROTOCOL_ERROR, "unknown opcode")
    if (opcode == _CONTINUATION) != within_message:
        return Violation(PROTOCOL_ERROR, "fragments out of order")
    return None


def _control_event(opcode: int, payload: bytes) -> Event:
    if opcode == _PING:
        return Ping(payload)
    if opcode == _PONG:
        return Pong(payload)
    if not payload:
        return Close(NO_STATUS, "")
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not _may_be_sent(code) or not _is_utf8(payload[2:]):
        return Violation(PROTOCOL_ERROR, "malformed close frame")
    return Close(code, payload[2:].decode())


def _may_be_sent(code: int) -> bool:
    """Section 7.4: 1004 to 1006 and 1015 never appear in a frame."""
    return 3000 <= code < 5000 or (1000 <= code <= 1014 and code not in (1004, NO_STATUS, 1006))


def _unmask(payload: bytes, mask: bytes) -> bytes:
    """Section 5.3, on the whole payload as one number."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
