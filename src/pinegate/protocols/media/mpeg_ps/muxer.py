"""Access units in, program stream out."""

from typing import Final

from pinegate.protocols.media import aac
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import syntax

_MAX_PES_LENGTH: Final = 0xFFFF  # ISO/IEC 13818-1 2.4.3.7: 16 bits, and 0 is for transport streams only
_MUX_RATE: Final = 20_000
"""Units of 50 bytes a second (ISO/IEC 13818-1 2.5.3.4): 8 Mbit/s."""
_TYPES: Final = {codec: stream_type for stream_type, codec in syntax.STREAM_TYPES.items()}
_CRC_POLYNOMIAL: Final = 0x04C11DB7


class PsMuxer:
    """Access units in, one PS pack each out (GB/T 28181-2022 annex C).

    Each pack begins with a pack header; a key picture (and, without video, each unit) has the system header
    and the PSM. Pictures above 65,535 bytes are cut into several PES, the first with PTS and DTS. AAC is
    wrapped in ADTS. Send each answer with one RTP timestamp (``unit.dts``).
    """

    def __init__(self, video: Codec | None, audio: Codec | None = None) -> None:
        """``ValueError`` when ``video`` is an audio codec, or the other way round, or both are ``None``."""
        if video is None and audio is None:
            raise ValueError("a program stream needs a video or an audio codec")
        if (video is not None and not video.is_video) or (audio is not None and audio.is_video):
            raise ValueError("video must be a video codec and audio an audio codec")
        self._video = video
        self._audio = audio
        self._tables = _system_header(video, audio) + _program_stream_map(video, audio)

    def mux(self, unit: AccessUnit) -> bytes:
        """One pack. ``ValueError`` when the unit's codec was not announced."""
        if unit.codec not in (self._video, self._audio):
            raise ValueError(f"{unit.codec} was not announced to this muxer")
        parts = [_pack_header(unit.dts)]
        if unit.key or self._video is None:
            parts.append(self._tables)
        payload = unit.payload
        stream_id = syntax.FIRST_VIDEO if unit.codec.is_video else syntax.FIRST_AUDIO
        if unit.codec is Codec.AAC:
            payload = aac.adts_header(unit.config, len(payload)) + payload
        times = _pes_times(unit)
        start = 0
        while start < len(payload):
            room = _MAX_PES_LENGTH - 3 - len(times)
            piece = payload[start : start + room]
            length = 3 + len(times) + len(piece)
            parts.append(syntax.START_CODE_PREFIX + bytes((stream_id,)) + length.to_bytes(2, "big"))
            # ISO/IEC 13818-1 2.4.3.6: '10' and no further flags, PTS_DTS_flags, PES_header_data_length.
            parts.append(bytes((0x80, _TIME_FLAGS[len(times)], len(times))) + times)
            parts.append(piece)
            start += room
            times = b""
        return b"".join(parts)


_TIME_FLAGS: Final = {0: 0x00, 5: 0x80, 10: 0xC0}  # ISO/IEC 13818-1 2.4.3.7: PTS_DTS_flags


def _pes_times(unit: AccessUnit) -> bytes:
    if unit.pts == unit.dts:
        return syntax.write_timestamp(2, unit.pts)
    return syntax.write_timestamp(3, unit.pts) + syntax.write_timestamp(1, unit.dts)


def _pack_header(ticks: int) -> bytes:
    """ISO/IEC 13818-1 2.5.3.3; the clock reference is the decoding time."""
    clock = ticks & ((1 << 33) - 1)
    bits = 0b01 << 46 | clock >> 30 << 43 | 1 << 42 | (clock >> 15 & 0x7FFF) << 27 | 1 << 26
    bits |= (clock & 0x7FFF) << 11 | 1 << 10 | 1
    return syntax.PACK_START + bits.to_bytes(6, "big") + (_MUX_RATE << 2 | 3).to_bytes(3, "big") + b"\xf8"


def _system_header(video: Codec | None, audio: Codec | None) -> bytes:
    """ISO/IEC 13818-1 2.5.3.5."""
    rate = 1 << 23 | _MUX_RATE << 1 | 1
    body = rate.to_bytes(3, "big")
    body += bytes(((audio is not None) << 2, 0xE0 | (video is not None), 0xFF))
    # ISO/IEC 13818-1 2.5.3.6: buffers in units of 1,024 bytes for video, of 128 for audio.
    if video is not None:
        body += bytes((syntax.FIRST_VIDEO,)) + (0xE000 | 1024).to_bytes(2, "big")
    if audio is not None:
        body += bytes((syntax.FIRST_AUDIO,)) + (0xC000 | 64).to_bytes(2, "big")
    return syntax.START_CODE_PREFIX + bytes((syntax.SYSTEM_HEADER,)) + len(body).to_bytes(2, "big") + body


def _program_stream_map(video: Codec | None, audio: Codec | None) -> bytes:
    """ISO/IEC 13818-1 2.5.4.1."""
    entries = b""
    if video is not None:
        entries += bytes((_TYPES[video], syntax.FIRST_VIDEO, 0, 0))
    if audio is not None:
        entries += bytes((_TYPES[audio], syntax.FIRST_AUDIO, 0, 0))
    body = b"\xe0\xff\x00\x00" + len(entries).to_bytes(2, "big") + entries
    unsigned = syntax.START_CODE_PREFIX + bytes((syntax.PROGRAM_STREAM_MAP,))
    unsigned += (len(body) + 4).to_bytes(2, "big") + body
    return unsigned + _crc32(unsigned).to_bytes(4, "big")


def _crc32(data: bytes) -> int:
    """ISO/IEC 13818-1 annex A; the result of a table with its own CRC behind it is 0."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (_CRC_POLYNOMIAL if register & 0x80000000 else 0)) & 0xFFFFFFFF
    return register
