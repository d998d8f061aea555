"""Access units in, movie fragments out."""

import struct
from typing import Final

from pinegate.protocols.media import aac, nal
from pinegate.protocols.media.fmp4 import boxes
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate.protocols.media.video import VideoConfiguration, configuration_of

_FRAGMENT: Final = struct.Struct("!I4s I4sII I4s I4sII I4sIQ I4sIIIIIIi I4s")
"""moof{mfhd, traf{tfhd, tfdt, trun}} with one sample, header of mdat (ISO/IEC 14496-12 8.8.4–8, 8.8.12,
8.1.1)."""
_MFHD: Final = 16
_TFHD: Final = 16
_TFDT: Final = 20
_TRUN: Final = 36
_TRAF: Final = 8 + _TFHD + _TFDT + _TRUN
_MOOF: Final = 8 + _MFHD + _TRAF
_DEFAULT_BASE_IS_MOOF: Final = 0x020000  # ISO/IEC 14496-12 8.8.7
_TRUN_FLAGS: Final = 0x01000F01
"""Version 1 (signed composition offset); data offset; duration, size, flags and offset of each sample
(ISO/IEC 14496-12 8.8.8).
"""
_SYNC_SAMPLE: Final = 0x02000000  # ISO/IEC 14496-12 8.8.3.1: depends on no other
_OTHER_SAMPLE: Final = 0x01010000  # ISO/IEC 14496-12 8.8.3.1: depends on others, is no sync sample
_USUAL_VIDEO_DURATION: Final = TIMESCALE // 25


class Fmp4Packer:
    """One stream's fMP4, the same bytes for every viewer; same words as ``FlvPacker``.

    One fragment a unit: no unit waits for another. A sample's duration is known only with the next sample,
    so a fragment states the track's previous distance; ``tfdt`` of the next fragment sets it right, and MSE
    bridges the difference. Timestamps count from the stream's start: a player seeks to
    ``buffered.start(0)`` after the first append. G.711 is left out: MSE has none (``omitted_audio`` names
    it).
    """

    def __init__(self, video: Codec | None, audio: Codec | None = None) -> None:
        """``ValueError`` when ``video`` is an audio codec, or the other way round."""
        if (video is not None and not video.is_video) or (audio is not None and audio.is_video):
            raise ValueError("video must be a video codec and audio an audio codec")
        self.video = video
        self.audio = audio if audio is Codec.AAC else None
        self.omitted_audio = audio if audio is not Codec.AAC else None
        self._configuration: VideoConfiguration | None = None
        self._audio_config = b""
        self._audio_duration = 0
        self._video_duration = _USUAL_VIDEO_DURATION
        self._last_video = -1
        self._sequence = 0

    @property
    def ready(self) -> bool:
        """Each announced track's configuration is known (first key picture, first AAC frame packed)."""
        return (self.video is None or self._configuration is not None) and (
            self.audio is None or bool(self._audio_config)
        )

    @property
    def mime_type(self) -> str:
        """For ``MediaSource.addSourceBuffer`` (RFC 6381 3.3); ``RuntimeError`` before ``ready``."""
        if not self.ready:
            raise RuntimeError("the type is known with the first key picture, and AAC when announced")
        codecs = [self._configuration.codec_string] if self._configuration is not None else []
        if self._audio_config:
            codecs.append(f"mp4a.40.{self._audio_config[0] >> 3}")
        return f'{"video" if self._configuration else "audio"}/mp4; codecs="{",".join(codecs)}"'

    def start(self) -> bytes:
        """``ftyp`` and ``moov``; ``RuntimeError`` before ``ready``."""
        if not self.ready:
            raise RuntimeError("start() needs a key picture, and AAC when announced, packed before")
        return boxes.initialization_segment(self._configuration, self._audio_config)

    def pack(self, unit: AccessUnit) -> bytes:
        """``moof`` and ``mdat``, preceded by a new initialization segment when the parameter sets changed.

        Empty for a unit that this output does not carry, and before the track's configuration is known.
        """
        if unit.codec is self.video:
            return self._pack_video(unit)
        if unit.codec is self.audio:
            return self._pack_audio(unit)
        return b""

    def _pack_video(self, unit: AccessUnit) -> bytes:
        changed = False
        if unit.key:
            configuration = configuration_of(unit)
            if configuration is not None and configuration != self._configuration:
                changed = self._configuration is not None
                self._configuration = configuration
        if self._configuration is None:
            return b""
        if self._last_video >= 0:
            # A gap is not a duration: a longer one is approached by doubling.
            self._video_duration = min(max(unit.dts - self._last_video, 1), 2 * self._video_duration)
        self._last_video = unit.dts
        flags = _SYNC_SAMPLE if unit.key else _OTHER_SAMPLE
        sample = nal.to_length_prefixed(unit.payload)
        fragment = self._fragment(boxes.VIDEO_TRACK, unit, self._video_duration, flags, sample)
        return self.start() + fragment if changed and self.ready else fragment

    def _pack_audio(self, unit: AccessUnit) -> bytes:
        changed = False
        if unit.config != self._audio_config:
            changed = bool(self._audio_config)
            self._audio_config = unit.config
            rate, _ = aac.parse_config(unit.config)
            self._audio_duration = aac.SAMPLES_PER_FRAME * TIMESCALE // rate
        fragment = self._fragment(boxes.AUDIO_TRACK, unit, self._audio_duration, _SYNC_SAMPLE, unit.payload)
        return self.start() + fragment if changed and self.ready else fragment

    def _fragment(self, track: int, unit: AccessUnit, duration: int, flags: int, sample: bytes) -> bytes:
        self._sequence = self._sequence + 1 & 0xFFFFFFFF
        size = len(sample)
        return (
            _FRAGMENT.pack(
                *(_MOOF, b"moof", _MFHD, b"mfhd", 0, self._sequence, _TRAF, b"traf"),
                *(_TFHD, b"tfhd", _DEFAULT_BASE_IS_MOOF, track),
                *(_TFDT, b"tfdt", 0x01000000, unit.dts),
                *(_TRUN, b"trun", _TRUN_FLAGS, 1, _MOOF + 8, duration, size, flags, unit.pts - unit.dts),
                *(8 + size, b"mdat"),
            )
            + sample
        )
