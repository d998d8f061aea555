"""FLV (Adobe Flash Video File Format 10.1, annex E) with H.264, H.265 and AAC."""

from pinegate.protocols.frames import AccessUnit, Codec


class FlvPacker:
    """One stream's FLV, the same bytes for every viewer.

    ``audio``: declare it only when a unit of it was already seen, for a player waits for what the header announces.
    G.711 is left out, since browsers cannot play it (mpegts.js even stops): the header then announces no audio and
    the metadata names the codec in ``omittedaudio``. ``enhanced``: H.265 as ``hvc1`` (Enhanced RTMP) instead of
    codec id 12.

    Timestamps are milliseconds since the stream's start, not the viewer's: a viewer who starts at a later key
    picture gets ``start()`` and then tags from that key picture on; players (mpegts.js, FFmpeg) count from
    the first tag. They wrap after 24.8 days.

    Use: ``pack`` every unit; once ``ready``, a new viewer gets ``start()`` and the tags from a key unit on.
    """

    video: Codec | None
    audio: Codec | None

    def __init__(self, video: Codec | None, audio: Codec | None = None, *, enhanced: bool = False) -> None:
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Each announced track's configuration is known (first key picture, first AAC frame packed)."""
        raise NotImplementedError

    def header(self) -> bytes:
        """The 13 bytes that begin every FLV."""
        raise NotImplementedError

    def start(self) -> bytes:
        """Header, metadata and sequence headers; ``RuntimeError`` before ``ready``."""
        raise NotImplementedError

    def pack(self, unit: AccessUnit) -> bytes:
        """The unit's tag, preceded by a new sequence header when the parameter sets changed.

        Empty for a unit that this output does not carry, and before the track's configuration is known.
        """
        raise NotImplementedError
