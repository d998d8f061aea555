"""The initialization segment: ``ftyp`` and ``moov``. Sections without a name: ISO/IEC 14496-12:2015."""

from typing import Final

from pinegate.protocols.media import aac
from pinegate.protocols.media.frames import TIMESCALE, Codec
from pinegate.protocols.media.video import VideoConfiguration

VIDEO_TRACK: Final = 1
AUDIO_TRACK: Final = 2

# 8.2.2, 8.3.2: the unity matrix.
_MATRIX: Final = b"".join(
    value.to_bytes(4, "big") for value in (0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
)
_UNDETERMINED: Final = 0x55C4
"""Language ``und`` in three times five bits (8.4.2)."""
_RESOLUTION: Final = 0x00480000
"""72 dots an inch, 16.16 (12.1.3)."""


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of 32-bit size around ``parts`` (4.2)."""
    body = b"".join(parts)
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def full_box(kind: bytes, flags: int, *parts: bytes) -> bytes:
    """A box of version 0 with its 24 bits of ``flags`` (4.2)."""
    return box(kind, flags.to_bytes(4, "big"), *parts)


def initialization_segment(video: VideoConfiguration | None, audio_config: bytes) -> bytes:
    """``ftyp`` and ``moov`` for the tracks given. ``audio_config``: AudioSpecificConfig, empty without audio."""
    tracks: list[bytes] = []
    extends: list[bytes] = []
    if video is not None:
        tracks.append(_video_track(video))
        extends.append(_trex(VIDEO_TRACK))
    if audio_config:
        tracks.append(_audio_track(audio_config))
        extends.append(_trex(AUDIO_TRACK))
    # 4.3 ftyp, 8.2.1 moov, 8.8.1 mvex.
    brand = box(b"ftyp", b"iso5", _u32(512), b"iso5iso6mp41")
    return brand + box(b"moov", _mvhd(), *tracks, box(b"mvex", *extends))


def _u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")


def _mvhd() -> bytes:
    # 8.2.2.
    times = _u32(0) * 2 + _u32(TIMESCALE) + _u32(0)
    return full_box(b"mvhd", 0, times, _u32(0x10000), _u16(0x100), bytes(10), _MATRIX, bytes(24), _u32(3))


def _trex(track: int) -> bytes:
    return full_box(b"trex", 0, _u32(track), _u32(1), _u32(0), _u32(0), _u32(0))  # 8.8.3


def _video_track(video: VideoConfiguration) -> bytes:
    # VisualSampleEntry: 12.1.3; avc1: ISO/IEC 14496-15 5.4.2; hvc1: ISO/IEC 14496-15 8.4.1.
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
    header = full_box(b"vmhd", 1, bytes(8))  # 12.1.2
    return _track(VIDEO_TRACK, b"vide", 0, size, header, entry)


def _audio_track(config: bytes) -> bytes:
    # AudioSampleEntry: 12.2.3; smhd: 12.2.2; mp4a: ISO/IEC 14496-14.
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
    tkhd = full_box(  # 8.3.2: flags 3 say enabled and in the movie
        b"tkhd",
        3,
        _u32(0) * 2 + _u32(track) + _u32(0) * 2,
        bytes(8) + _u16(0) * 2 + _u16(volume) + _u16(0),
        _MATRIX + size,
    )
    # 8.4.2 mdhd, 8.4.3 hdlr, 8.7.1 dinf, 8.7.2 dref; flag 1 of url: the media are in this file.
    mdhd = full_box(b"mdhd", 0, _u32(0) * 2 + _u32(TIMESCALE) + _u32(0) + _u16(_UNDETERMINED) + _u16(0))
    hdlr = full_box(b"hdlr", 0, _u32(0) + handler + bytes(12) + b"\x00")
    references = box(b"dinf", full_box(b"dref", 0, _u32(1), full_box(b"url ", 1)))
    # 8.5.1 stbl, 8.5.2 stsd; 8.6.1.2 stts, 8.7.4 stsc, 8.7.3.2 stsz, 8.7.5 stco: no sample before the fragments.
    empty = (full_box(b"stts", 0, _u32(0)), full_box(b"stsc", 0, _u32(0)), full_box(b"stsz", 0, bytes(8)))
    table = box(b"stbl", full_box(b"stsd", 0, _u32(1), entry), *empty, full_box(b"stco", 0, _u32(0)))
    return box(b"trak", tkhd, box(b"mdia", mdhd, hdlr, box(b"minf", media_header, references, table)))


def _esds(config: bytes) -> bytes:
    """ES_Descriptor with DecoderConfig and DecoderSpecificInfo (ISO/IEC 14496-1 7.2.6.5–7)."""
    specific = _descriptor(5, config)
    decoder = _descriptor(4, b"\x40\x15" + bytes(3) + _u32(0) * 2 + specific)
    return full_box(
        b"esds", 0, _descriptor(3, _u16(AUDIO_TRACK) + b"\x00" + decoder + _descriptor(6, b"\x02"))
    )


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes((tag, len(body))) + body
