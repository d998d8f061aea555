"""Codes and fields that demuxer and muxer share (ISO/IEC 13818-1 2.5.3, 2.4.3.7)."""

from typing import Final

from pinegate.protocols.media.frames import Codec
from pinegate.protocols.media.h264 import nal_type as h264_nal_type
from pinegate.protocols.media.h265 import nal_type as h265_nal_type

START_CODE_PREFIX: Final = b"\x00\x00\x01"  # ISO/IEC 13818-1 2.4.3.6
PACK_START: Final = b"\x00\x00\x01\xba"  # ISO/IEC 13818-1 2.5.3.3
PROGRAM_END: Final = 0xB9  # ISO/IEC 13818-1 2.5.3.1
PACK: Final = 0xBA  # ISO/IEC 13818-1 2.5.3.3
SYSTEM_HEADER: Final = 0xBB  # ISO/IEC 13818-1 2.5.3.5
# Stream ids: ISO/IEC 13818-1 2.4.3.7, table 2-22.
PROGRAM_STREAM_MAP: Final = 0xBC
PRIVATE_STREAM_1: Final = 0xBD
FIRST_AUDIO: Final = 0xC0
LAST_AUDIO: Final = 0xDF
FIRST_VIDEO: Final = 0xE0
LAST_VIDEO: Final = 0xEF

STREAM_TYPES: Final = {
    0x1B: Codec.H264,
    0x24: Codec.H265,
    0x0F: Codec.AAC,
    0x90: Codec.G711A,
    0x91: Codec.G711U,
}
"""GB/T 28181-2022 annex C; H.264, H.265 and AAC also ISO/IEC 13818-1 table 2-34."""

UNSUPPORTED_STREAM_TYPES: Final = {
    0x10: "MPEG-4 video",
    0x80: "SVAC video",
    0x92: "G.722.1",
    0x93: "G.723.1",
    0x99: "G.729",
    0x9B: "SVAC audio",
}


def is_audio(stream_id: int) -> bool:
    """Also private_stream_1, by which some carry audio (ISO/IEC 13818-1 2.4.3.7, table 2-22)."""
    return stream_id == PRIVATE_STREAM_1 or FIRST_AUDIO <= stream_id <= LAST_AUDIO


def read_timestamp(data: bytes, at: int) -> int:
    """The 33 bits of a PTS or DTS spread over 5 bytes (ISO/IEC 13818-1 2.4.3.6)."""
    return (
        (data[at] & 0x0E) << 29
        | data[at + 1] << 22
        | (data[at + 2] & 0xFE) << 14
        | data[at + 3] << 7
        | data[at + 4] >> 1
    )


def write_timestamp(prefix: int, ticks: int) -> bytes:
    """Its 5 bytes (ISO/IEC 13818-1 2.4.3.6). ``prefix``: 2 for a PTS alone, 3 for a PTS before a DTS, 1 for a DTS."""
    return bytes(
        (
            prefix << 4 | (ticks >> 29) & 0x0E | 1,
            (ticks >> 22) & 0xFF,
            (ticks >> 14) & 0xFE | 1,
            (ticks >> 7) & 0xFF,
            (ticks << 1) & 0xFE | 1,
        )
    )


def next_start(data: bytes, at: int) -> int:
    """Position of the next start code of the program stream itself, or -1.

    Start codes of the elementary stream are passed over: a NAL unit's first byte is below 0x80 (forbidden_zero_bit:
    ITU-T H.264 7.4.1, ITU-T H.265 7.4.2.2).
    """
    at = data.find(START_CODE_PREFIX, at)
    while at >= 0:
        if at + 3 >= len(data):
            return -1
        if data[at + 3] >= PROGRAM_END:
            return at
        at = data.find(START_CODE_PREFIX, at + 3)
    return -1


def guess_video(data: bytes, start: int) -> Codec | None:
    """The codec of a video PES payload, by its first NAL unit, for streams without a PSM.

    H.265 first: its header's second byte is 1 (layer 0, temporal layer 0), which no H.264 NAL unit of the
    types that begin a picture has there.
    """
    at = data.find(START_CODE_PREFIX, start, start + 8)
    if at < 0 or at + 4 >= len(data):
        return None
    header = data[at + 3]
    if (
        data[at + 4] == 1
        and header & 0x81 == 0
        and h265_nal_type(header) in (16, 17, 18, 19, 20, 21, 32, 33, 34, 35, 39)
    ):
        return Codec.H265
    return Codec.H264 if h264_nal_type(header) in (1, 5, 6, 7, 8, 9) else None


def parse_map(program_stream_map: bytes) -> dict[int, int]:
    """Elementary stream id → stream type of a PSM with its start code (ISO/IEC 13818-1 2.5.4.1).

    Length fields are not believed beyond the bytes that are there: devices send wrong ones.
    """
    streams: dict[int, int] = {}
    if len(program_stream_map) < 12:
        return streams
    at = 10 + int.from_bytes(program_stream_map[8:10], "big")
    end = min(len(program_stream_map), at + 2 + int.from_bytes(program_stream_map[at : at + 2], "big"))
    at += 2
    while at + 4 <= end:
        streams[program_stream_map[at + 1]] = program_stream_map[at]
        at += 4 + int.from_bytes(program_stream_map[at + 2 : at + 4], "big")
    return streams
