"""Which depacketizer reads a stream: by its payload type, and by what its first packet really holds."""

from typing import Final, Protocol

from pinegate.protocols.media.frames import AccessUnit, Codec, MalformedMedia
from pinegate.protocols.media.mpeg_ps import PsDemuxer
from pinegate.protocols.media.mpeg_ps.syntax import PACK_START
from pinegate.protocols.media.rtp import NalDepacketizer

PS: Final = 96
MPEG4: Final = 97
H264: Final = 98
H265: Final = 99
MPEG_TS: Final = 33
"""Payload types of GB/T 28181-2022 annex C and, for MPEG-TS, RFC 3551 6, table 5."""

_TS_PACKET: Final = 188  # ISO/IEC 13818-1 2.4.3.2
_TS_SYNC: Final = 0x47  # ISO/IEC 13818-1 2.4.3.3


class Depacketizer(Protocol):
    """RTP payloads in, access units out. Implemented by ``mpeg_ps.PsDemuxer`` and ``rtp.NalDepacketizer``.

    ``video``/``audio``: codecs seen so far. ``silent``: the stream says that no audio comes.
    ``damaged``: pictures discarded because packets were lost.
    ``skipped``: pictures not handed out because no key picture came yet since the start or the last loss.
    ``malformed``: violations of the format. ``unsupported``: what cannot be handed out, in words
    (such as ``"audio stream type 0x92 (G.722.1)"``), at most 8 entries.
    """

    malformed: int

    @property
    def video(self) -> Codec | None: ...

    @property
    def audio(self) -> Codec | None: ...

    @property
    def silent(self) -> bool: ...

    @property
    def unsupported(self) -> set[str]: ...

    @property
    def damaged(self) -> int: ...

    @property
    def skipped(self) -> int: ...

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        """Take the payload of one packet, in order; never raises on any bytes."""
        ...

    def flush(self) -> list[AccessUnit]:
        """End of stream: the last picture, if its last packet had the marker."""
        ...


def depacketizer_for(
    payload_type: int, payload: bytes, *, audio: Codec | None = None, wait_for_key: bool = True
) -> Depacketizer | MalformedMedia:
    """Choose by the first packet of a stream.

    A pack header means PS whatever the payload type says; 98 and 99 are bare H.264 and H.265, every other
    dynamic type is taken as PS; MPEG-TS (type 33, or 0x47 every 188 bytes), MPEG-4 and static types are
    refused with a reason. ``audio``: the codec that the SDP's ``f=`` or the device's profile names, used
    when no PSM does.
    """
    if payload.startswith(PACK_START):
        return PsDemuxer(audio=audio, wait_for_key=wait_for_key)
    if payload_type == MPEG_TS or _is_transport_stream(payload):
        return MalformedMedia("MPEG-TS is not supported: set the device to PS")
    if payload_type == H264:
        return NalDepacketizer(Codec.H264, wait_for_key=wait_for_key)
    if payload_type == H265:
        return NalDepacketizer(Codec.H265, wait_for_key=wait_for_key)
    if payload_type == MPEG4 or payload_type < PS:
        return MalformedMedia(f"RTP payload type {payload_type} is not supported: set the device to PS")
    return PsDemuxer(audio=audio, wait_for_key=wait_for_key)


def _is_transport_stream(payload: bytes) -> bool:
    return (
        len(payload) >= _TS_PACKET
        and len(payload) % _TS_PACKET == 0
        and set(payload[::_TS_PACKET]) == {_TS_SYNC}
    )
