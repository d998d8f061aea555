"""The messages between control and a media worker, and their one codec.

Each is a JSON object with a ``type``; a request carries an ``id`` above 0 and its answer the same one; a
notice has ``id`` 0. ``docs/architecture/seams.md`` says what they mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Base64Bytes, Field, TypeAdapter, ValidationError

from pinegate.domain.access.session_end import End
from pinegate.usecases.streams.media_engine import PlayProtocol, Transport

MAX_MESSAGE = 8 << 20
"""Bytes of one message at most; a JPEG of a 4K key frame in base64 is the largest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    type: Literal["configure"] = "configure"
    id: int = 0
    http_bind_host: str
    http_port: int
    rtp_bind_host: str
    rtp_host: str
    rtp_ports: tuple[int, int]
    portal_origins: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    transcode_g711: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    type: Literal["ready"] = "ready"
    id: int = 0
    http_port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSource:
    type: Literal["open_source"] = "open_source"
    id: int = 0
    source_id: str
    transport: Transport
    ssrc: int | None
    expected_host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    type: Literal["endpoint"] = "endpoint"
    id: int = 0
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BindSource:
    type: Literal["bind_source"] = "bind_source"
    id: int = 0
    source_id: str
    remote_host: str
    remote_port: int
    ssrc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSource:
    type: Literal["close_source"] = "close_source"
    id: int = 0
    source_id: str
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSessions:
    type: Literal["close_sessions"] = "close_sessions"
    id: int = 0
    session_ids: tuple[str, ...]
    end: End


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewLeases:
    type: Literal["renew_leases"] = "renew_leases"
    id: int = 0
    session_ids: tuple[str, ...]
    lease_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    type: Literal["snapshot"] = "snapshot"
    id: int = 0
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    type: Literal["picture"] = "picture"
    id: int = 0
    jpeg: Base64Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    type: Literal["stats"] = "stats"
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    type: Literal["counters"] = "counters"
    id: int = 0
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    type: Literal["done"] = "done"
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A request that could not be done; ``code`` is one of ``unknown``, ``unavailable``, ``no_picture``."""

    type: Literal["failed"] = "failed"
    id: int = 0
    code: Literal["unknown", "unavailable", "no_picture"]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemTicket:
    type: Literal["redeem_ticket"] = "redeem_ticket"
    id: int = 0
    ticket: str
    protocol: PlayProtocol
    client_host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAdmitted:
    type: Literal["admitted"] = "admitted"
    id: int = 0
    session_id: str
    source_id: str
    lease_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRefused:
    type: Literal["refused"] = "refused"
    id: int = 0
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHasStarted:
    type: Literal["source_started"] = "source_started"
    id: int = 0
    source_id: str
    video: str
    audio: str | None
    audio_carried: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLost:
    type: Literal["source_lost"] = "source_lost"
    id: int = 0
    source_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHasEnded:
    type: Literal["session_ended"] = "session_ended"
    id: int = 0
    session_id: str
    end: End
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BytesSent:
    type: Literal["bytes_sent"] = "bytes_sent"
    id: int = 0
    sessions: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondSource:
    type: Literal["second_source"] = "second_source"
    id: int = 0
    source_id: str
    host: str


Order = Configure | OpenSource | BindSource | CloseSource | CloseSessions | RenewLeases | Snapshot | Stats
Request = Order | RedeemTicket
Answer = Ready | Endpoint | Picture | Counters | Done | Failed | TicketAdmitted | TicketRefused
Notice = SourceHasStarted | SourceLost | SessionHasEnded | BytesSent | SecondSource
Message = Request | Answer | Notice

_codec: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


class ChannelViolationError(Exception):
    """The other side of the channel sent what is no message; the channel must be closed."""


def encode(message: Message) -> bytes:
    """The message with its length before it (4 bytes, big-endian)."""
    body = _codec.dump_json(message)
    if len(body) > MAX_MESSAGE:
        raise ValueError(f"a {message.type} message of {len(body)} bytes is too large to send")
    return len(body).to_bytes(4, "big") + body


def decode(body: bytes) -> Message:
    """A message from its JSON. Raises :class:`ChannelViolationError`, whose text repeats no content."""
    try:
        return _codec.validate_json(body)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        raise ChannelViolationError(f"{fault['type']} at {fault['loc']}") from None
