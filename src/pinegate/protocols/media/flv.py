"""FLV (Adobe Flash Video File Format 10.1, annex E) with H.264, H.265 and AAC."""

import struct
from typing import Final

from pinegate.protocols.media import aac, nal
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.video import VideoConfiguration, configuration_of

_AUDIO_TAG: Final = 8  # E.4.1
_VIDEO_TAG: Final = 9  # E.4.1
_SCRIPT_TAG: Final = 18  # E.4.1
_TAG_HEADER: Final = 11  # E.4.1
_AAC: Final = 0xAF
"""SoundFormat 10 with the fixed values of E.4.2.1."""
_CODEC_IDS: Final = {Codec.H264: 7, Codec.H265: 12}  # E.4.3.1; 12 is a habit of the field, in no standard
_SEQUENCE_HEADER: Final = 0  # E.4.2.2, E.4.3.2
_CODED_PICTURE: Final = 1  # E.4.2.2, E.4.3.2
_KEY: Final = 1  # E.4.3.1
_INTER: Final = 2  # E.4.3.1
_ENHANCED: Final = 0x80  # Enhanced RTMP version 1: IsExHeader
_FOURCC: Final = b"hvc1"  # Enhanced RTMP version 1: VideoFourCC
_MAX_TAG_BODY: Final = (1 << 24) - 1  # E.4.1: DataSize has 24 bits
_NUMBER: Final = struct.Struct("!Bd")


class FlvPacker:
    """One stream's FLV, the same bytes for every viewer.

    ``audio``: declare it only when a unit of it was already seen, for a player waits for what the header
    announces. G.711 is left out, since browsers cannot play it (mpegts.js even stops): the header then
    announces no audio and the metadata names the codec in ``omittedaudio``. ``enhanced``: H.265 as ``hvc1``
    (Enhanced RTMP) instead of codec id 12.

    Timestamps are milliseconds since the stream's start, not the viewer's: a viewer who starts at a later key
    picture gets ``start()`` and then tags from that key picture on; players (mpegts.js, FFmpeg) count from
    the first tag. They wrap after 24.8 days.

    Use: ``pack`` every unit; once ``ready``, a new viewer gets ``start()`` and the tags from a key unit on.
    """

    def __init__(self, video: Codec | None, audio: Codec | None = None, *, enhanced: bool = False) -> None:
        """``ValueError`` when ``video`` is an audio codec, or the other way round."""
        if (video is not None and not video.is_video) or (audio is not None and audio.is_video):
            raise ValueError("video must be a video codec and audio an audio codec")
        self.video = video
        self.audio = audio if audio is Codec.AAC else None
        self.omitted_audio = audio if audio is not Codec.AAC else None
        self._enhanced = enhanced and video is Codec.H265
        self._configuration: VideoConfiguration | None = None
        self._audio_config = b""

    @property
    def ready(self) -> bool:
        """Each announced track's configuration is known (first key picture, first AAC frame packed)."""
        return (self.video is None or self._configuration is not None) and (
            self.audio is None or bool(self._audio_config)
        )

    def header(self) -> bytes:
        """The 13 bytes that begin every FLV (E.2 and the first PreviousTagSize)."""
        flags = (self.audio is not None) << 2 | (self.video is not None)
        return b"FLV\x01" + bytes((flags,)) + b"\x00\x00\x00\x09\x00\x00\x00\x00"

    def start(self) -> bytes:
        """Header, metadata and sequence headers; ``RuntimeError`` before ``ready``."""
        if not self.ready:
            raise RuntimeError("start() needs a key picture, and AAC when announced, packed before")
        return (
            self.header() + self._metadata() + self._video_sequence_header(0) + self._audio_sequence_header(0)
        )

    def pack(self, unit: AccessUnit) -> bytes:
        """The unit's tag, preceded by a new sequence header when the parameter sets changed.

        Empty for a unit that this output does not carry, and before the track's configuration is known.
        """
        if unit.codec is self.video:
            return self._pack_video(unit)
        if unit.codec is self.audio:
            return self._pack_audio(unit)
        return b""

    def _pack_video(self, unit: AccessUnit) -> bytes:
        milliseconds = unit.dts // 90
        changed = b""
        if unit.key:
            configuration = configuration_of(unit)
            if configuration is not None and configuration != self._configuration:
                known = self._configuration is not None
                self._configuration = configuration
                changed = self._video_sequence_header(milliseconds) if known else b""
        if self._configuration is None:
            return b""
        # E.4.3.2: CompositionTime, signed, milliseconds.
        composition = ((unit.pts - unit.dts) // 90 & 0xFFFFFF).to_bytes(3, "big")
        body = self._video_prefix(_KEY if unit.key else _INTER, _CODED_PICTURE) + composition
        body += nal.to_length_prefixed(unit.payload)
        return changed + _tag(_VIDEO_TAG, milliseconds, body)

    def _pack_audio(self, unit: AccessUnit) -> bytes:
        milliseconds = unit.dts // 90
        changed = b""
        if unit.config != self._audio_config:
            known = bool(self._audio_config)
            self._audio_config = unit.config
            changed = self._audio_sequence_header(milliseconds) if known else b""
        return changed + _tag(_AUDIO_TAG, milliseconds, bytes((_AAC, _CODED_PICTURE)) + unit.payload)

    def _video_prefix(self, frame: int, packet: int) -> bytes:
        if self._enhanced:
            return bytes((_ENHANCED | frame << 4 | packet,)) + _FOURCC
        return bytes((frame << 4 | _CODEC_IDS[self.video or Codec.H264], packet))

    def _video_sequence_header(self, milliseconds: int) -> bytes:
        if self._configuration is None:
            return b""
        prefix = self._video_prefix(_KEY, _SEQUENCE_HEADER)
        if not self._enhanced:
            prefix += b"\x00\x00\x00"  # E.4.3.2: CompositionTime of a sequence header is 0
        return _tag(_VIDEO_TAG, milliseconds, prefix + self._configuration.record)

    def _audio_sequence_header(self, milliseconds: int) -> bytes:
        if not self._audio_config:
            return b""
        return _tag(_AUDIO_TAG, milliseconds, bytes((_AAC, _SEQUENCE_HEADER)) + self._audio_config)

    def _metadata(self) -> bytes:
        """onMetaData (E.5)."""
        values: list[tuple[str, float | str]] = []
        if self._configuration is not None:
            codec_id = (
                int.from_bytes(_FOURCC, "big") if self._enhanced else _CODEC_IDS[self._configuration.codec]
            )
            values += (
                ("width", self._configuration.width),
                ("height", self._configuration.height),
                ("videocodecid", codec_id),
            )
        if self._audio_config:
            rate, channels = aac.parse_config(self._audio_config)
            values += (("audiocodecid", 10), ("audiosamplerate", rate), ("audiochannels", channels))
        if self.omitted_audio is not None:
            values.append(("omittedaudio", self.omitted_audio.value))
        properties = b"".join([_name(name) + _amf(value) for name, value in values])
        # E.4.4.1: a name (type 2), an ECMA array (type 8) and its end marker.
        body = (
            b"\x02"
            + _name("onMetaData")
            + b"\x08"
            + len(values).to_bytes(4, "big")
            + properties
            + b"\x00\x00\x09"
        )
        return _tag(_SCRIPT_TAG, 0, body)


def _tag(kind: int, milliseconds: int, body: bytes) -> bytes:
    """One tag with the PreviousTagSize behind it (E.4.1); nothing for a body that 24 bits cannot count."""
    size = len(body)
    if size > _MAX_TAG_BODY:
        return b""
    time = milliseconds & 0x7FFFFFFF  # E.4.1: 24 bits and, behind them, TimestampExtended
    header = (kind << 24 | size).to_bytes(4, "big") + ((time & 0xFFFFFF) << 8 | time >> 24).to_bytes(4, "big")
    return b"".join((header, b"\x00\x00\x00", body, (size + _TAG_HEADER).to_bytes(4, "big")))


def _name(name: str) -> bytes:
    return len(name).to_bytes(2, "big") + name.encode("ascii")


def _amf(value: float | str) -> bytes:
    return b"\x02" + _name(value) if isinstance(value, str) else _NUMBER.pack(0, value)
