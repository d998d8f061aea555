"""The initialization segment: ``ftyp`` and ``moov`` (ISO/IEC 14496-12 section 8)."""

from typing import Final

from pinegate.protocols.media import aac
from pinegate.protocols.media.frames import TIMESCALE, Codec
from pinegate.protocols.media.video import VideoConfiguration

VIDEO_TRACK: Final = 1
AUDIO_TRACK: Final = 2

_MATRIX: Final = b"".join(
    value.to_bytes(4, "big") for value in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
)
_UNDETERMINED: Final = 0x55C4
"""Language ``und`` in three times five bits."""
_RESOLUTION: Final = 0x00480000
"""72 dots an inch, 16.16."""


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def full_box(kind: bytes, flags: int, *parts: bytes) -> bytes:
    """Version 0."""
    return box(kind, flags.to_bytes(4, "big"), *parts)


def initialization_segment(video: VideoConfiguration | None, audio_config: bytes) -> bytes:
    """``audio_config``: AudioSpecificConfig, empty without audio."""
    tracks: list[bytes] = []
    extends: list[bytes] = []
    if video is not None:
        tracks.append(_video_track(video))
        extends.append(_trex(VIDEO_TRACK))
    if audio_config:
        tracks.append(_audio_track(audio_config))
        extends.append(_trex(AUDIO_TRACK))
    brand = box(b"ftyp", b"iso5", _u32(512), b"iso5iso6mp41")
    return brand + box(b"moov", _mvhd(), *tracks, box(b"mvex", *extends))


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _mvhd() -> bytes:
    times = _u32(0) * 2 + _u32(TIMESCALE) + _u32(0)
    return full_box(b"mvhd", 0, times, _u32(0x10000), _u16(0x100), bytes(10), _MATRIX, bytes(24), _u32(3))


def _trex(track: int) -> bytes:
    return full_box(b"trex", 0, _u32(track), _u32(1), _u32(0), _u32(0), _u32(0))


def _video_track(video: VideoConfiguration) -> bytes:
    kind, record = (b"avc1", b"avcC") if video.codec is Codec.H264 else (b"hvc1", b"hvcC")
    entry = box(
        kind,
        bytes(6) + _u16(1),
        bytes(16),
        _u16(video.width) + _u16(video.height),
        _u32(_RESOLUTION) * 2,
        _u32(0) + _u16(1) + bytes(32) + _u16(24) + b"\xff\xff",
        box(record, video.record),
    )
    size = _u32(video.width << 16) + _u32(video.height << 16)
    header = full_box(b"vmhd", 1, bytes(8))
    return _track(VIDEO_TRACK, b"vide", 0, size, header, entry)


def _audio_track(config: bytes) -> bytes:
    rate, channels = aac.parse_config(config)
    entry = box(
        b"mp4a",
        bytes(6) + _u16(1),
        bytes(8),
        _u16(channels) + _u16(16) + _u32(0),
        _u32((rate & 0xFFFF) << 16),
        _esds(config),
    )
    return _track(AUDIO_TRACK, b"soun", 0x0100, bytes(8), full_box(b"smhd", 0, bytes(4)), entry)


def _track(track: int, handler: bytes, volume: int, size: bytes, media_header: bytes, entry: bytes) -> bytes:
    tkhd = full_box(
        b"tkhd",
        3,
        _u32(0) * 2 + _u32(track) + _u32(0) * 2,
        bytes(8) + _u16(0) * 2 + _u16(volume) + _u16(0),
        _MATRIX + size,
    )
    mdhd = full_box(b"mdhd", 0, _u32(0) * 2 + _u32(TIMESCALE) + _u32(0) + _u16(_UNDETERMINED) + _u16(0))
    hdlr = full_box(b"hdlr", 0, _u32(0) + handler + bytes(12) + b"\x00")
    references = box(b"dinf", full_box(b"dref", 0, _u32(1), full_box(b"url ", 1)))
    empty = (full_box(b"stts", 0, _u32(0)), full_box(b"stsc", 0, _u32(0)), full_box(b"stsz", 0, bytes(8)))
    table = box(b"stbl", full_box(b"stsd", 0, _u32(1), entry), *empty, full_box(b"stco", 0, _u32(0)))
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", media_header, references, table)))


def _esds(config: bytes) -> bytes:
    """ES_Descriptor with DecoderConfig and DecoderSpecificInfo (ISO/IEC 14496-1 section 7.2.6)."""
    specific = _descriptor(5, config)
    decoder = _descriptor(4, b"\x40\x15" + bytes(3) + _u32(0) * 2 + specific)
    return full_box(
        b"esds", 0, _descriptor(3, _u16(AUDIO_TRACK) + b"\x00" + decoder + _descriptor(6, b"\x02"))
    )


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body
