"""What a GB/T 28181 offer or answer says."""

from dataclasses import dataclass
from typing import Literal

MediaTransport = Literal["RTP/AVP", "TCP/RTP/AVP"]
Direction = Literal["sendonly", "recvonly", "sendrecv", "inactive", ""]
Setup = Literal["active", "passive", "actpass", "holdconn", ""]


@dataclass(frozen=True, slots=True)
class Media:
    """One ``m=`` line (RFC 8866 5.14) with what follows it. ``formats``: payload types in order of preference.

    ``payloads``: ``a=rtpmap`` of each, as written (``PS/90000``). ``attributes``: every other ``a=`` line
    in order, as written behind ``a=``; direction, setup and connection are fields of their own.
    """

    kind: str
    port: int
    protocol: str
    formats: tuple[int, ...]
    direction: Direction = ""
    setup: Setup = ""
    connection: str = ""
    payloads: tuple[tuple[int, str], ...] = ()
    attributes: tuple[str, ...] = ()
    host: str = ""

    @property
    def is_tcp(self) -> bool:
        """Media over TCP with the length prefix of RFC 4571 2."""
        return "TCP" in self.protocol.upper()


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole offer or answer. ``host``: the session's ``c=`` address; ``media_host`` is the one that
    counts.

    ``name``: ``Play``, ``Playback``, ``Download`` or ``Talk``. ``start``/``stop``: UNIX seconds, 0 and 0
    for live. ``ssrc``: ``y=`` as ten digits, or empty when the peer left it out. ``format``: ``f=`` as
    written.
    """

    origin_user: str
    origin_host: str
    name: str
    host: str
    media: tuple[Media, ...]
    start: int = 0
    stop: int = 0
    uri: str = ""
    ssrc: str = ""
    format: str = ""

    @property
    def video(self) -> Media | None:
        """The first video line, or else the first line, or ``None`` when there is none at all."""
        for media in self.media:
            if media.kind == "video":
                return media
        return self.media[0] if self.media else None

    @property
    def media_host(self) -> str:
        """Where the media goes: the media's own ``c=``, else the session's (RFC 8866 5.7)."""
        video = self.video
        return (video.host if video and video.host else "") or self.host or self.origin_host

    @property
    def ssrc_number(self) -> int | None:
        """The RTP SSRC that ``y=`` stands for (its decimal value, 32 bit), or ``None``."""
        if not self.ssrc.isascii() or not self.ssrc.isdigit():
            return None
        value = int(self.ssrc)
        return value if value < 1 << 32 else None
