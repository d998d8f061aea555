"""The server's side of WebSocket (RFC 6455): bytes in, events out. No extensions, no fragmentation sent."""

from dataclasses import dataclass


def accept_value(key: str) -> str:
    """``Sec-WebSocket-Accept`` for a client's ``Sec-WebSocket-Key`` (section 4.2.2).

    ``ValueError`` unless the key is base64 of 16 bytes.
    """
    raise NotImplementedError


def binary_header(length: int) -> bytes:
    """Header of one unmasked binary frame of ``length`` bytes, for ``sendmsg([header, payload])``."""
    raise NotImplementedError


def encode_binary(payload: bytes) -> bytes:
    raise NotImplementedError


def encode_text(text: str) -> bytes:
    raise NotImplementedError


def encode_pong(payload: bytes) -> bytes:
    raise NotImplementedError


def encode_close(code: int = 1000, reason: str = "") -> bytes:
    """``reason`` is cut to 123 bytes of UTF-8 (section 5.5)."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Message:
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
        raise NotImplementedError

    def feed(self, data: bytes) -> list[Event]:
        raise NotImplementedError
