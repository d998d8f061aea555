"""H.265 (ITU-T H.265) as far as a gateway must read it: NAL units, sequence parameter sets, hvcC."""

from dataclasses import dataclass
from typing import Final

from pinegate.protocols.media.frames import MalformedMedia
from pinegate.protocols.media.nal import BitReader, without_emulation_prevention

# nal_unit_type: ITU-T H.265 7.4.2.2, table 7-1.
FIRST_IRAP: Final = 16
LAST_IRAP: Final = 21
LAST_SLICE: Final = 31
VPS: Final = 32
SPS: Final = 33
PPS: Final = 34
ACCESS_UNIT_DELIMITER: Final = 35
PREFIX_SEI: Final = 39

_MAX_SPS_BYTES: Final = 1024
_MAX_SIDE: Final = 16_384
_PROFILE_TIER_LEVEL_BYTES: Final = 12  # ITU-T H.265 7.3.3: the general part


@dataclass(frozen=True, slots=True)
class Sps:
    """``width``/``height``: visible pixels. ``codec_string``: ISO/IEC 14496-15 annex E, such as
    ``hvc1.1.6.L93.B0``. ``profile_tier_level``: the 12 bytes that hvcC repeats (ITU-T H.265 7.3.3).
    """

    width: int
    height: int
    codec_string: str
    profile_tier_level: bytes
    sub_layers: int
    temporal_id_nested: bool
    chroma_format: int
    luma_bits: int
    chroma_bits: int


def nal_type(header: int) -> int:
    """Of a NAL unit's first byte (ITU-T H.265 7.3.1.2)."""
    return (header >> 1) & 0x3F


def begins_picture(stream: bytes, start: int) -> bool:
    """first_slice_segment_in_pic_flag of the slice whose header begins at ``start`` (ITU-T H.265 7.3.6.1)."""
    return start + 2 < len(stream) and stream[start + 2] >= 0x80


def parse_sps(sps: bytes) -> Sps | MalformedMedia:
    """``sps``: NAL unit with its two header bytes and emulation prevention (ITU-T H.265 7.3.2.2)."""
    if not 16 <= len(sps) <= _MAX_SPS_BYTES or nal_type(sps[0]) != SPS:
        return MalformedMedia("no H.265 SPS")
    try:
        return _parse_sps(without_emulation_prevention(sps[2:]))
    except (EOFError, ValueError) as fault:
        return MalformedMedia(f"H.265 SPS: {fault or 'cut short'}")


def _parse_sps(payload: bytes) -> Sps:
    # ITU-T H.265 7.3.2.2, in its order.
    sub_layers = 1 + ((payload[0] >> 1) & 7)
    general = payload[1 : 1 + _PROFILE_TIER_LEVEL_BYTES]
    reader = BitReader(payload[1 + _PROFILE_TIER_LEVEL_BYTES :])
    _skip_sub_layers(reader, sub_layers - 1)
    reader.unsigned()  # sps_seq_parameter_set_id
    chroma_format = reader.unsigned()
    separate_planes = chroma_format == 3 and reader.flag()
    width, height = reader.unsigned(), reader.unsigned()
    if reader.flag():
        # The conformance window counts in chroma samples: ITU-T H.265 7.4.3.2, table 6-1.
        left, right, top, bottom = (reader.unsigned() for _ in range(4))
        width -= (2 if chroma_format in (1, 2) and not separate_planes else 1) * (left + right)
        height -= (2 if chroma_format == 1 else 1) * (top + bottom)
    luma_bits, chroma_bits = 8 + reader.unsigned(), 8 + reader.unsigned()
    # hvcC has three bits for each depth less 8: ISO/IEC 14496-15 8.3.3.1.
    if chroma_format > 3 or luma_bits > 15 or chroma_bits > 15:
        raise ValueError("chroma format or bit depth out of range")
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise ValueError("picture size out of range")
    return Sps(
        width=width,
        height=height,
        codec_string=_codec_string(general),
        profile_tier_level=general,
        sub_layers=sub_layers,
        temporal_id_nested=bool(payload[0] & 1),
        chroma_format=chroma_format,
        luma_bits=luma_bits,
        chroma_bits=chroma_bits,
    )


def _skip_sub_layers(reader: BitReader, count: int) -> None:
    """profile_tier_level() behind its general part (ITU-T H.265 7.3.3)."""
    present = [(reader.flag(), reader.flag()) for _ in range(count)]
    if count:
        reader.bits(2 * (8 - count))  # reserved_zero_2bits
    for profile, level in present:
        if profile:
            reader.bits(88)
        if level:
            reader.bits(8)


def _codec_string(general: bytes) -> str:
    # ISO/IEC 14496-15 annex E: the compatibility flags in reverse bit order, trailing zero bytes left out.
    space = ("", "A", "B", "C")[general[0] >> 6]
    tier = "H" if general[0] & 0x20 else "L"
    compatibility = int(f"{int.from_bytes(general[1:5], 'big'):032b}"[::-1], 2)
    constraints = general[5:11].rstrip(b"\x00")
    parts = [f"hvc1.{space}{general[0] & 0x1F}", f"{compatibility:X}", f"{tier}{general[11]}"]
    return ".".join(parts + [f"{byte:X}" for byte in constraints])


def decoder_configuration_record(vps: list[bytes], sps: bytes, parsed: Sps, pps: list[bytes]) -> bytes:
    """HEVCDecoderConfigurationRecord, NAL lengths of 4 bytes (ISO/IEC 14496-15 8.3.3.1)."""
    parts = [
        b"\x01",
        parsed.profile_tier_level,
        b"\xf0\x00\xfc",
        bytes((0xFC | parsed.chroma_format, 0xF8 | (parsed.luma_bits - 8), 0xF8 | (parsed.chroma_bits - 8))),
        b"\x00\x00",
        bytes(((parsed.sub_layers & 7) << 3 | parsed.temporal_id_nested << 2 | 3, 3)),
    ]
    for kind, nals in ((VPS, vps), (SPS, [sps]), (PPS, pps)):
        parts += (bytes((0x80 | kind,)), len(nals).to_bytes(2, "big"))
        for nal in nals:
            parts += (len(nal).to_bytes(2, "big"), nal)
    return b"".join(parts)
