"""Fragmented MP4 (ISO/IEC 14496-12) for Media Source Extensions, with H.264, H.265 and AAC."""

from pinegate.protocols.frames import AccessUnit, Codec


class Fmp4Packer:
    """One stream's fMP4, the same bytes for every viewer; same words as ``FlvPacker``.

    One fragment a unit: no unit waits for another. A sample's duration is known only with the next sample, so a
    fragment states the track's previous distance; ``tfdt`` of the next fragment sets it right, and MSE bridges
    the difference. Timestamps count from the stream's start: a player seeks to ``buffered.start(0)`` after the
    first append.
    """

    video: Codec | None
    audio: Codec | None

    def __init__(self, video: Codec | None, audio: Codec | None = None) -> None:
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Each announced track's configuration is known (first key picture, first AAC frame packed)."""
        raise NotImplementedError

    @property
    def mime_type(self) -> str:
        """For ``MediaSource.addSourceBuffer``: ``video/mp4; codecs="avc1.640028,mp4a.40.2"``; when ``ready``."""
        raise NotImplementedError

    def start(self) -> bytes:
        """``ftyp`` and ``moov``; ``RuntimeError`` before ``ready``."""
        raise NotImplementedError

    def pack(self, unit: AccessUnit) -> bytes:
        """``moof`` and ``mdat``, preceded by a new initialization segment when the parameter sets changed.

        Empty for a unit that this output does not carry, and before ``ready``.
        """
        raise NotImplementedError
