"""What a player must know of a video track, read from the parameter sets of a key picture."""

from dataclasses import dataclass

from pinegate.protocols.media import h264, h265, nal
from pinegate.protocols.media.frames import AccessUnit, Codec, MalformedMedia


@dataclass(frozen=True, slots=True)
class VideoConfiguration:
    """``width``/``height``: visible pixels. ``codec_string``: RFC 6381, such as ``avc1.640028``.
    ``record``: AVC- or HEVCDecoderConfigurationRecord (ISO/IEC 14496-15).
    """

    codec: Codec
    width: int
    height: int
    codec_string: str
    record: bytes


def configuration_of(unit: AccessUnit) -> VideoConfiguration | None:
    """``None`` when the unit has no complete and readable parameter sets."""
    read = h264.nal_type if unit.codec is Codec.H264 else h265.nal_type
    found: dict[int, list[bytes]] = {}
    for unit_of_stream in nal.split(unit.payload):
        found.setdefault(read(unit_of_stream[0]), []).append(unit_of_stream)
    if unit.codec is Codec.H264:
        return _h264_configuration(found.get(h264.SPS, []), found.get(h264.PPS, []))
    if unit.codec is Codec.H265:
        return _h265_configuration(found.get(h265.VPS, []), found.get(h265.SPS, []), found.get(h265.PPS, []))
    return None


def _h264_configuration(sps: list[bytes], pps: list[bytes]) -> VideoConfiguration | None:
    if not sps or not pps:
        return None
    parsed = h264.parse_sps(sps[0])
    if isinstance(parsed, MalformedMedia):
        return None
    record = h264.decoder_configuration_record(sps[0], parsed, _distinct(pps))
    return VideoConfiguration(Codec.H264, parsed.width, parsed.height, parsed.codec_string, record)


def _h265_configuration(vps: list[bytes], sps: list[bytes], pps: list[bytes]) -> VideoConfiguration | None:
    if not vps or not sps or not pps:
        return None
    parsed = h265.parse_sps(sps[0])
    if isinstance(parsed, MalformedMedia):
        return None
    record = h265.decoder_configuration_record(_distinct(vps), sps[0], parsed, _distinct(pps))
    return VideoConfiguration(Codec.H265, parsed.width, parsed.height, parsed.codec_string, record)


def _distinct(parameter_sets: list[bytes]) -> list[bytes]:
    """Without repetitions, at most what a count of 5 bits holds."""
    return list(dict.fromkeys(parameter_sets))[:31]
