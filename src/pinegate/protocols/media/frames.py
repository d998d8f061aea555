"""What every media codec speaks: one coded picture or one audio frame on one timeline.

Inputs (``rtp``, ``mpeg_ps``) turn bytes into :class:`AccessUnit`; outputs (``flv``, ``fmp4``,
``mpeg_ps`` muxing) turn them back into bytes. Nothing here knows of sockets, clocks or cameras.
"""

from dataclasses import dataclass
from enum import StrEnum

TIMESCALE = 90_000
"""Ticks a second of every ``pts`` and ``dts`` (RFC 3551 5; ISO/IEC 13818-1 2.4.3.7)."""


class Codec(StrEnum):
    """The elementary streams that GB/T 28181 devices send."""

    H264 = "h264"
    H265 = "h265"
    AAC = "aac"
    G711A = "g711a"
    G711U = "g711u"

    @property
    def is_video(self) -> bool:
        """False for audio."""
        return self in (Codec.H264, Codec.H265)


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture, or one audio frame.

    ``payload``: video as Annex B byte stream (3- or 4-byte start codes, as received); AAC as raw frame
    without ADTS; G.711 as samples. ``pts``/``dts``: 90 kHz ticks from the start of the stream, unwrapped;
    ``dts`` rises strictly within a track, both tracks of a stream on one timeline; ``pts`` may lie before
    ``dts`` when a device sends B-frames without DTS. ``key``: a decoder can start here; the inputs of this
    package see to it that a key picture carries its parameter sets. Audio is never ``key``. ``config``:
    AAC's AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1), empty for other codecs. ``torn``: the end of the
    picture was lost; a decoder shows what there is and conceals the rest.
    """

    codec: Codec
    pts: int
    dts: int
    key: bool
    payload: bytes
    config: bytes = b""
    torn: bool = False


@dataclass(frozen=True, slots=True)
class MalformedMedia:
    """Bytes of a peer that break their format; a value to be counted, not an exception."""

    reason: str
