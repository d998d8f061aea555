"""Which codec an elementary stream of a program has: from the PSM, else from the SDP or the bytes."""

from typing import Final

from pinegate.protocols.media import aac
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.media.mpeg_ps import syntax

_MAX_UNSUPPORTED: Final = 8
_MAX_MAP_BYTES: Final = 1024


class StreamTable:
    """``video``/``audio``: the codecs seen so far. ``silent``: a PSM, and every one so far, announces no audio.
    ``unsupported``: what cannot be handed out, in words.

    One video stream is taken, the first; another is ignored until a new PSM comes.
    """

    def __init__(self, announced_audio: Codec | None) -> None:
        self.video: Codec | None = None
        self.audio: Codec | None = None
        self.silent = False
        self.unsupported: set[str] = set()
        self._announced_audio = announced_audio
        self._map: bytes = b""
        self._types: dict[int, int] = {}
        self._video_id = 0

    def read_map(self, program_stream_map: bytes) -> None:
        """``program_stream_map``: from its start code on; parts of it that make no sense are passed over."""
        if program_stream_map != self._map:
            self._map = program_stream_map
            self._video_id = 0
            self._types |= syntax.parse_map(program_stream_map[:_MAX_MAP_BYTES])
            self.silent = bool(self._types) and not any(syntax.is_audio(stream) for stream in self._types)

    def takes_video(self, stream_id: int) -> bool:
        """Whether it is the stream that is taken, or none was yet."""
        return self._video_id in (0, stream_id)

    def video_codec(self, stream_id: int, payload: bytes) -> Codec | None:
        """Of a picture that begins with ``payload``; ``None`` when it cannot be handed out."""
        stream_type = self._types.get(stream_id)
        if stream_type is None:
            codec = syntax.guess_video(payload, 0) or self.video
        else:
            codec = syntax.STREAM_TYPES.get(stream_type)
            if codec is None or not codec.is_video:
                self._refuse("video", stream_type)
                return None
        if codec is not None:
            self.video = codec
            self._video_id = stream_id
        return codec

    def audio_codec(self, stream_id: int, payload: bytes) -> Codec | None:
        """Of an audio element; ``None`` when it cannot be handed out."""
        stream_type = self._types.get(stream_id)
        if stream_type is not None:
            codec = syntax.STREAM_TYPES.get(stream_type)
            if codec is None or codec.is_video:
                self._refuse("audio", stream_type)
                return None
        elif self._announced_audio is not None:
            codec = self._announced_audio
        elif self.audio is Codec.AAC or aac.is_adts(payload):
            codec = Codec.AAC
        else:
            self.note("audio that neither a PSM nor the SDP names")
            return None
        self.audio = codec
        return codec

    def note(self, what: str) -> None:
        """Add to ``unsupported``, which holds at most 8."""
        if len(self.unsupported) < _MAX_UNSUPPORTED:
            self.unsupported.add(what)

    def _refuse(self, medium: str, stream_type: int) -> None:
        name = syntax.UNSUPPORTED_STREAM_TYPES.get(stream_type, "unknown")
        self.note(f"{medium} stream type 0x{stream_type:02x} ({name})")
