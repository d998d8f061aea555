"""What a player must know of a video track, read from the parameter sets of a key picture."""

from dataclasses import dataclass

from pinegate.protocols.frames import AccessUnit, Codec


@dataclass(frozen=True, slots=True)
class VideoConfiguration:
    """``width``/``height``: visible pixels. ``codec_string``: RFC 6381 (``avc1.640028``, ``hvc1.1.6.L93.B0``).
    ``record``: AVC- or HEVCDecoderConfigurationRecord (ISO/IEC 14496-15).
    """

    codec: Codec
    width: int
    height: int
    codec_string: str
    record: bytes


def configuration_of(unit: AccessUnit) -> VideoConfiguration | None:
    """``None`` when the unit has no complete and readable parameter sets."""
    raise NotImplementedError
