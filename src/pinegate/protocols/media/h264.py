"""H.264 (ITU-T H.264) as far as a gateway must read it: NAL units, sequence parameter sets, avcC."""

from dataclasses import dataclass
from typing import Final

from pinegate.protocols.media.frames import MalformedMedia
from pinegate.protocols.media.nal import BitReader, without_emulation_prevention

# nal_unit_type: ITU-T H.264 7.4.1, table 7-1.
SLICE: Final = 1
IDR_SLICE: Final = 5
SEI: Final = 6
SPS: Final = 7
PPS: Final = 8
ACCESS_UNIT_DELIMITER: Final = 9

_MAX_SPS_BYTES: Final = 1024
_MAX_SIDE: Final = 16_384
# ITU-T H.264 7.3.2.1.1: profile_idc whose SPS has chroma_format_idc.
_PROFILES_WITH_CHROMA: Final = frozenset((100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135))


@dataclass(frozen=True, slots=True)
class Sps:
    """``width``/``height``: visible pixels. ``codec_string``: RFC 6381, such as ``avc1.640028``."""

    width: int
    height: int
    codec_string: str
    chroma_format: int
    luma_bits: int
    chroma_bits: int


def nal_type(header: int) -> int:
    """Of a NAL unit's first byte (ITU-T H.264 7.3.1)."""
    return header & 0x1F


def begins_picture(stream: bytes, start: int) -> bool:
    """The slice at ``start`` (its header byte) holds macroblock 0: ue(v) 0 is a single set bit (ITU-T H.264 7.3.3,
    first_mb_in_slice). Data partitions B and C (nal_unit_type 3 and 4) begin with another number.
    """
    return start + 1 < len(stream) and stream[start + 1] >= 0x80 and stream[start] & 0x1F not in (3, 4)


def is_intra_slice(stream: bytes, start: int) -> bool:
    """The first slice of a picture states that all of its slices are I (slice_type 7) or is I (2) itself (ITU-T
    H.264 7.4.3, table 7-6). The bits: first_mb_in_slice 1; slice_type 0001000 or 011.
    """
    if start + 1 >= len(stream):
        return False
    begin = stream[start + 1]
    return begin & 0xF0 == 0xB0 or begin == 0x88


def parse_sps(sps: bytes) -> Sps | MalformedMedia:
    """``sps``: NAL unit with its header byte and emulation prevention (ITU-T H.264 7.3.2.1.1)."""
    if not 4 <= len(sps) <= _MAX_SPS_BYTES or nal_type(sps[0]) != SPS:
        return MalformedMedia("no H.264 SPS")
    try:
        return _parse_sps(sps)
    except (EOFError, ValueError) as fault:
        return MalformedMedia(f"H.264 SPS: {fault or 'cut short'}")


def _parse_sps(sps: bytes) -> Sps:
    # ITU-T H.264 7.3.2.1.1, in its order; the ranges are those of 7.4.2.1.1.
    reader = BitReader(without_emulation_prevention(sps[4:]))
    reader.unsigned()  # seq_parameter_set_id
    chroma_format, luma_bits, chroma_bits, separate_planes = 1, 8, 8, False
    if sps[1] in _PROFILES_WITH_CHROMA:
        chroma_format = reader.unsigned()
        separate_planes = chroma_format == 3 and reader.flag()
        luma_bits = 8 + reader.unsigned()
        chroma_bits = 8 + reader.unsigned()
        reader.bits(1)  # qpprime_y_zero_transform_bypass_flag
        if reader.flag():
            _skip_scaling_matrix(reader, 12 if chroma_format == 3 else 8)
    if chroma_format > 3 or luma_bits > 14 or chroma_bits > 14:
        raise ValueError("chroma format or bit depth out of range")
    _skip_picture_order(reader)
    reader.unsigned()  # max_num_ref_frames
    reader.bits(1)  # gaps_in_frame_num_value_allowed_flag
    width = 16 * (reader.unsigned() + 1)
    map_units = 16 * (reader.unsigned() + 1)
    frame_only = reader.flag()
    height = map_units if frame_only else 2 * map_units
    if not frame_only:
        reader.bits(1)  # mb_adaptive_frame_field_flag
    reader.bits(1)  # direct_8x8_inference_flag
    if reader.flag():
        left, right, top, bottom = (reader.unsigned() for _ in range(4))
        unit_x, unit_y = _crop_units(0 if separate_planes else chroma_format, frame_only)
        width -= unit_x * (left + right)
        height -= unit_y * (top + bottom)
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise ValueError("picture size out of range")
    return Sps(width, height, f"avc1.{sps[1:4].hex()}", chroma_format, luma_bits, chroma_bits)


def _crop_units(chroma_format: int, frame_only: bool) -> tuple[int, int]:
    # ITU-T H.264 7.4.2.1.1: CropUnitX and CropUnitY, from table 6-1.
    unit_x = 2 if chroma_format in (1, 2) else 1
    unit_y = 2 if chroma_format == 1 else 1
    return unit_x, unit_y * (1 if frame_only else 2)


def _skip_scaling_matrix(reader: BitReader, lists: int) -> None:
    # ITU-T H.264 7.3.2.1.1.1.
    for index in range(lists):
        if not reader.flag():
            continue
        last, following = 8, 8
        for _ in range(16 if index < 6 else 64):
            if following:
                following = (last + reader.signed()) & 0xFF
            last = following or last


def _skip_picture_order(reader: BitReader) -> None:
    reader.unsigned()  # log2_max_frame_num_minus4
    order_type = reader.unsigned()
    if order_type == 0:
        reader.unsigned()
    elif order_type == 1:
        reader.bits(1)
        reader.signed()
        reader.signed()
        cycle = reader.unsigned()
        if cycle > 255:  # ITU-T H.264 7.4.2.1.1
            raise ValueError("picture order cycle out of range")
        for _ in range(cycle):
            reader.signed()


def decoder_configuration_record(sps: bytes, parsed: Sps, pps: list[bytes]) -> bytes:
    """AVCDecoderConfigurationRecord, NAL lengths of 4 bytes (ISO/IEC 14496-15 5.3.3.1)."""
    parts = [b"\x01", sps[1:4], b"\xff\xe1", len(sps).to_bytes(2, "big"), sps, bytes((len(pps),))]
    for picture_set in pps:
        parts += (len(picture_set).to_bytes(2, "big"), picture_set)
    if sps[1] not in (66, 77, 88):  # ISO/IEC 14496-15 5.3.3.1.2: other profiles add chroma and depths
        parts.append(
            bytes(
                (
                    0xFC | parsed.chroma_format,
                    0xF8 | (parsed.luma_bits - 8),
                    0xF8 | (parsed.chroma_bits - 8),
                    0,
                )
            )
        )
    return b"".join(parts)
