"""Bare H.264 (RFC 6184) and H.265 (RFC 7798) in RTP, which some devices send with payload types 98 and 99."""

from pinegate.protocols.frames import AccessUnit, Codec


class NalDepacketizer:
    """RTP payloads in, access units out; a :class:`payloads.Depacketizer` with the rules of ``PsDemuxer``.

    Single NAL units, STAP-A and FU-A of H.264; single NAL units, AP and FU of H.265 (without DONL).
    """

    video: Codec | None
    audio: Codec | None
    damaged: int
    skipped: int
    malformed: int
    unsupported: set[str]

    def __init__(self, codec: Codec, *, wait_for_key: bool = True, max_picture_bytes: int = 4 << 20) -> None:
        raise NotImplementedError

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        raise NotImplementedError

    def flush(self) -> list[AccessUnit]:
        raise NotImplementedError
