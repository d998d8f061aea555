"""Which depacketizer reads a stream: by its payload type, and by what its first packet really holds."""

from typing import Protocol

from pinegate.protocols.frames import AccessUnit, Codec, Malformed


class Depacketizer(Protocol):
    """RTP payloads in, access units out. Implemented by ``mpeg_ps.PsDemuxer`` and ``rtp_video.NalDepacketizer``.

    ``video``/``audio``: codecs seen so far. ``damaged``: pictures discarded because packets were lost.
    ``skipped``: pictures not handed out because no key picture came yet since the start or the last loss.
    ``malformed``: violations of the format. ``unsupported``: what cannot be handed out, in words
    (such as ``"audio stream type 0x92 (G.722.1)"``), at most 8 entries.
    """

    video: Codec | None
    audio: Codec | None
    damaged: int
    skipped: int
    malformed: int
    unsupported: set[str]

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        """Take the payload of one packet, in order; never raises on any bytes."""
        ...

    def flush(self) -> list[AccessUnit]:
        """End of stream: what is complete so far."""
        ...


def depacketizer_for(
    payload_type: int, payload: bytes, *, audio: Codec | None = None, wait_for_key: bool = True
) -> Depacketizer | Malformed:
    """Choose by the first packet of a stream.

    A pack header means PS whatever the payload type says; 98 and 99 are bare H.264 and H.265
    (GB/T 28181-2022 annex C.2.3); MPEG-TS (type 33, or 0x47 every 188 bytes) and other types are refused with a
    reason. ``audio``: the codec that the SDP's ``f=`` or the device's profile names, used when no PSM does.
    """
    raise NotImplementedError
