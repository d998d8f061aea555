"""What the streams use cases ask of whatever moves the pictures, and what it tells them.

Two ports: :class:`MediaEngine` is called by the use cases, :class:`MediaEvents` is called by the engine.
The engine never decides who may see: it asks ``redeem_ticket`` and obeys the answer, and the leases, to the
letter.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from pinegate.domain.access.session_end import End
from pinegate.domain.access.tracks import Track


class Transport(StrEnum):
    """How RTP reaches us (GB/T 28181-2022 section 9.2, annex D); active and passive are seen from us."""

    UDP = "udp"
    TCP_PASSIVE = "tcp_passive"
    TCP_ACTIVE = "tcp_active"


class PlayProtocol(StrEnum):
    """The outputs; the value is the extension of the play address."""

    FLV = "flv"
    WS_FLV = "ws.flv"
    MP4 = "mp4"
    WS_MP4 = "ws.mp4"

    @property
    def is_websocket(self) -> bool:
        return self in (PlayProtocol.WS_FLV, PlayProtocol.WS_MP4)


OnLoss = Literal["conceal", "strict"]
"""What becomes of pictures while packets are lost: ``conceal`` hands out what came, and decoders conceal the rest;
``strict`` hands nothing out from a loss to the next key frame, so that no picture refers to a missing one.
"""


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """A camera's stream that is about to be invited.

    ``ssrc``: the announced one, or None to learn it from the first valid packet. ``expected_host``: the
    only IP address from which packets or connections are taken. ``strict_ssrc``: no other SSRC is ever learned.
    """

    source_id: str
    transport: Transport
    ssrc: int | None
    expected_host: str
    strict_ssrc: bool = False


@dataclass(frozen=True, slots=True)
class SourceEndpoint:
    """Where the camera shall send to: what the SDP's ``c=`` and ``m=`` lines say."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """The ticket was good: the session lives until ``lease_seconds`` from now unless renewed.

    ``tracks``: all that the viewer may be sent, whatever the source carries.
    """

    session_id: str
    source_id: str
    lease_seconds: float
    tracks: frozenset[Track]


@dataclass(frozen=True, slots=True)
class Refused:
    """The ticket was not good; ``code`` and ``message`` are shown to the viewer as they are."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class SourceStarted:
    """The first decodable key frame of a source has come.

    ``audio`` is the camera's audio codec (None: it has none); ``audio_carried`` says whether the browser
    outputs carry it. ``width`` and ``height`` are in pixels, 0 when the parameter sets do not tell.
    """

    source_id: str
    video: str
    audio: str | None
    audio_carried: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A viewer's session is over and its socket closed; ``bytes`` is all that was handed to the network."""

    session_id: str
    end: End
    bytes: int = 0


class MediaEngineError(Exception):
    """The engine could not do what was asked; the message says what to correct."""


class SourceUnknownError(MediaEngineError):
    """The source is not open on any worker."""


class PictureUnavailableError(MediaEngineError):
    """No key frame has come yet, or the codec helper could not decode it."""


class EngineUnavailableError(MediaEngineError):
    """No worker is running, or it did not answer in time."""


class MediaEngine(Protocol):
    """Ingest, fan-out and cutting of live pictures."""

    async def open_source(self, request: SourceRequest) -> SourceEndpoint:
        """Reserve a port for a camera. Raises :class:`EngineUnavailableError` when no port or worker is
        free.
        """
        ...

    async def bind_source(self, source_id: str, remote_host: str, remote_port: int, ssrc: int | None) -> None:
        """Tell what the camera answered; with TCP active the engine connects now.

        ``remote_host`` is the camera's word: the caller has checked that it may be connected to (S07).
        ``ssrc`` None: learn it from the first packet. Raises :class:`SourceUnknownError`.
        """
        ...

    async def close_source(self, source_id: str, end: End) -> None:
        """End a source and its sessions; unknown sources are no error."""
        ...

    async def close_sessions(self, session_ids: Collection[str], end: End) -> Collection[str]:
        """Cut sessions; returns when their sockets are closed. Unknown sessions are no error.

        Gives those that ran here: their ends were told (``MediaEvents.session_ended``) before this returns.

        A session whose ticket is being redeemed meanwhile is refused in the end: its decision may have been made on
        what has just changed.
        """
        ...

    async def renew_leases(self, session_ids: Collection[str], lease_seconds: float) -> None:
        """Let sessions live ``lease_seconds`` from now; those not renewed are cut by the worker itself."""
        ...

    async def snapshot(self, source_id: str) -> bytes:
        """The last key frame as JPEG. Raises :class:`SourceUnknownError` or
        :class:`PictureUnavailableError`.
        """
        ...

    def issue_ticket(self, source_id: str) -> str:
        """A fresh ticket for the worker of a source; places the source on one if it is not placed yet."""
        ...

    def play_address(self, ticket: str, protocol: PlayProtocol) -> str:
        """The URL of a ticket that was issued here."""
        ...

    async def stats(self) -> Sequence[Mapping[str, int]]:
        """Counters, one mapping a worker; ``up``: 1 when it serves, else 0."""
        ...


class MediaEvents(Protocol):
    """What the engine calls back. Calls about one worker come one by one, ``redeem_ticket`` and the end of whom
    ``close_sessions`` cut aside.
    """

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused: ...

    async def source_started(self, started: SourceStarted) -> None: ...

    async def source_lost(self, source_id: str, reason: str) -> None:
        """The source is closed already, and its sessions have ended; open it again if it is still wanted."""
        ...

    async def session_ended(self, ended: SessionEnded) -> None: ...

    async def bytes_sent(self, totals: Mapping[str, int]) -> None:
        """Bytes since the beginning of each session that sent something within the last second."""
        ...

    async def second_source(self, source_id: str, host: str) -> None:
        """Somebody else, or another SSRC, sent to the source's port and was refused: an alarm (S17)."""
        ...

    async def key_frame_wanted(self, source_id: str) -> None:
        """Packets were lost, or a newcomer has nothing to begin with: ask the camera. At most once in half a second."""
        ...

    async def pictures_coming(self, source_id: str, coming: bool) -> None:
        """False: nothing that can be shown came from a running source for 3 s. True: it comes again."""
        ...

    async def worker_lost(self, source_ids: Collection[str], session_ids: Collection[str]) -> None:
        """A worker died with these; it is being restarted. Open the sources again that are still wanted."""
        ...


class NullMediaEngine:
    """An engine without pictures, which remembers what it was asked; for tests of the use cases."""

    def __init__(self) -> None:
        self.sources: dict[str, SourceRequest] = {}
        self.bound: dict[str, tuple[str, int, int | None]] = {}
        self.closed_sources: list[tuple[str, End]] = []
        self.closed_sessions: list[tuple[str, End]] = []
        self.renewed: list[tuple[tuple[str, ...], float]] = []
        self.issued = 0

    async def open_source(self, request: SourceRequest) -> SourceEndpoint:
        self.sources[request.source_id] = request
        return SourceEndpoint("192.0.2.1", 30000 + 2 * len(self.sources))

    async def bind_source(self, source_id: str, remote_host: str, remote_port: int, ssrc: int | None) -> None:
        if source_id not in self.sources:
            raise SourceUnknownError(f"source {source_id} is not open")
        self.bound[source_id] = (remote_host, remote_port, ssrc)

    async def close_source(self, source_id: str, end: End) -> None:
        if self.sources.pop(source_id, None) is not None:
            self.closed_sources.append((source_id, end))

    async def close_sessions(self, session_ids: Collection[str], end: End) -> Collection[str]:
        self.closed_sessions.extend((session_id, end) for session_id in session_ids)
        return ()

    async def renew_leases(self, session_ids: Collection[str], lease_seconds: float) -> None:
        self.renewed.append((tuple(session_ids), lease_seconds))

    async def snapshot(self, source_id: str) -> bytes:
        if source_id not in self.sources:
            raise SourceUnknownError(f"source {source_id} is not open")
        raise PictureUnavailableError("the null engine has no pictures")

    def issue_ticket(self, source_id: str) -> str:
        self.issued += 1
        return f"{self.issued:064d}"

    def play_address(self, ticket: str, protocol: PlayProtocol) -> str:
        return f"http://192.0.2.1/live/{ticket}.{protocol}"

    async def stats(self) -> Sequence[Mapping[str, int]]:
        return ()
