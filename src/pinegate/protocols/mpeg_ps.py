"""MPEG-2 program stream (ISO/IEC 13818-1 section 2.5) as GB/T 28181 annex C.2.2 puts it into RTP."""

from pinegate.protocols.frames import AccessUnit, Codec


class PsDemuxer:
    """RTP payloads of a program stream in, access units out; a :class:`payloads.Depacketizer`.

    *End of a picture*: the change of RTP timestamp. The marker is only a hint; it ends a picture at once (one
    frame interval less latency) after it was seen at the end, and only there, of four pictures in a row, and
    never again after it proved wrong.

    *Loss*: the picture that a missing packet belonged to is discarded whole. With ``wait_for_key`` (default) the
    pictures after it are withheld until the next key picture, so that nothing is shown that refers to a missing
    one; without it they are handed out and a decoder may show smears. Audio goes on at once in both cases.

    *Without a PSM* the video codec is guessed from its NAL units, and the audio codec is ``audio`` (or AAC when
    ADTS is seen). *Timestamps* see ``timeline``. A picture above ``max_picture_bytes`` is discarded.
    """

    video: Codec | None
    audio: Codec | None
    damaged: int
    skipped: int
    malformed: int
    unsupported: set[str]

    def __init__(
        self, *, audio: Codec | None = None, wait_for_key: bool = True, max_picture_bytes: int = 4 << 20
    ) -> None:
        raise NotImplementedError

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        """Take the payload of one packet, in order; never raises on any bytes."""
        raise NotImplementedError

    def flush(self) -> list[AccessUnit]:
        """End of stream: what is complete so far."""
        raise NotImplementedError


class PsMuxer:
    """Access units in, one PS pack each out (one pack a picture, GB/T 28181-2022 annex C.2.2).

    Each pack begins with a pack header; a key picture (and the first unit of a stream without video) has the
    system header and the PSM. Pictures above 65,535 bytes are cut into several PES, the first with PTS and DTS.
    AAC is wrapped in ADTS. Send each answer with one RTP timestamp (``unit.dts``).
    """

    def __init__(self, video: Codec | None, audio: Codec | None = None) -> None:
        """``ValueError`` when ``video`` is an audio codec, or the other way round, or both are ``None``."""
        raise NotImplementedError

    def mux(self, unit: AccessUnit) -> bytes:
        """``ValueError`` when the unit's codec was not announced."""
        raise NotImplementedError
