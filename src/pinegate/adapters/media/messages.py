"""The messages between control and a media worker, and their one codec.

What the port (``usecases.streams.media_engine``) says with a dataclass goes over the channel as that dataclass; only
what the port says with a method's arguments, and what control never sees, has a class here. A message is its number,
its class and its fields as JSON: ``7 SourceRequest {…}``. A request and its answer carry the same number, from 1; a
notice has number 0. ``docs/architecture/seams.md`` says what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import Base64Bytes, TypeAdapter, ValidationError

from pinegate.domain.access.session_end import End
from pinegate.usecases.streams.media_engine import (
    Admitted,
    OnLoss,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceEndpoint,
    SourceRequest,
    SourceStarted,
)

MAX_MESSAGE = 8 << 20
"""Bytes of one message at most; a JPEG of a 4K key frame in base64 is the largest."""
_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    http_bind_host: str
    http_port: int
    rtp_bind_host: str
    rtp_host: str
    rtp_ports: tuple[int, int]
    portal_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    transcode_g711: bool
    number: int
    ticket_key: str
    on_loss: OnLoss


@dataclass(frozen=True, slots=True)
class Ready:
    http_port: int


@dataclass(frozen=True, slots=True)
class BindSource:
    source_id: str
    remote_host: str
    remote_port: int
    ssrc: int | None


@dataclass(frozen=True, slots=True)
class EndSource:
    source_id: str
    end: End


@dataclass(frozen=True, slots=True)
class CloseSessions:
    session_ids: tuple[str, ...]
    end: End


@dataclass(frozen=True, slots=True)
class Closed:
    """The sessions that ran and are cut, and the bytes that each was sent."""

    sessions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RenewLeases:
    session_ids: tuple[str, ...]
    lease_seconds: float


@dataclass(frozen=True, slots=True)
class ShowUntil:
    """Nothing is shown after this moment (monotonic seconds, which all processes of a machine share); None: no such."""

    moment: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    source_id: str


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: Base64Bytes


@dataclass(frozen=True, slots=True)
class Stats:
    pass


@dataclass(frozen=True, slots=True)
class Counters:
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Done:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    """A request that could not be done."""

    code: Literal["unknown", "unavailable", "no_picture"]
    message: str


@dataclass(frozen=True, slots=True)
class RedeemTicket:
    ticket: str
    protocol: PlayProtocol
    client_host: str


@dataclass(frozen=True, slots=True)
class SourceLost:
    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class BytesSent:
    sessions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SecondSource:
    source_id: str
    host: str


@dataclass(frozen=True, slots=True)
class KeyFrameWanted:
    source_id: str


@dataclass(frozen=True, slots=True)
class PicturesComing:
    source_id: str
    coming: bool


Order = (
    Configure
    | SourceRequest
    | BindSource
    | EndSource
    | CloseSessions
    | RenewLeases
    | ShowUntil
    | Snapshot
    | Stats
)
Request = Order | RedeemTicket
Answer = Ready | SourceEndpoint | Closed | Picture | Counters | Done | Failed | Admitted | Refused
Notice = (
    SourceStarted | SourceLost | SessionEnded | BytesSent | SecondSource | KeyFrameWanted | PicturesComing
)
Message = Request | Answer | Notice

_CODECS: Mapping[bytes, TypeAdapter[Any]] = {
    kind.__name__.encode(): TypeAdapter(kind) for kind in get_args(Message)
}


class ChannelViolationError(Exception):
    """The other side of the channel sent what is no message; the channel must be closed."""


def encode(number: int, message: Message) -> bytes:
    """The message with its length before it (4 bytes, big-endian). ``ValueError`` when it is too large."""
    kind = type(message).__name__.encode()
    frame = b"%d %s %s" % (number, kind, _CODECS[kind].dump_json(message))
    if len(frame) > MAX_MESSAGE:
        raise ValueError(f"a {type(message).__name__} message of {len(frame)} bytes is too large to send")
    return len(frame).to_bytes(4, "big") + frame


def decode(frame: bytes) -> tuple[int, Message]:
    """Number and message. Raises :class:`ChannelViolationError`, whose text repeats no content."""
    number, _, rest = frame.partition(b" ")
    kind, _, fields = rest.partition(b" ")
    codec = _CODECS.get(kind)
    if codec is None or not number.isdigit() or len(number) > _MAX_DIGITS:
        raise ChannelViolationError("no message of this channel")
    try:
        return int(number), codec.validate_json(fields)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise ChannelViolationError(f"{fault['type']} at {fault['loc']}") from None
