"""H.265 (ITU-T H.265) as far as a gateway must read it: NAL units, sequence parameter sets, hvcC."""

from dataclasses import dataclass

from pinegate.protocols.frames import Malformed


@dataclass(frozen=True, slots=True)
class Sps:
    width: int
    height: int
    codec_string: str


def parse_sps(nal: bytes) -> Sps | Malformed:
    """``nal``: with its two header bytes, with emulation prevention, without start code (section 7.3.2.2)."""
    raise NotImplementedError


def decoder_configuration_record(vps: list[bytes], sps: bytes, pps: list[bytes]) -> bytes:
    """ISO/IEC 14496-15 section 8.3.3.1, NAL lengths of 4 bytes. ``ValueError`` when the SPS is unreadable."""
    raise NotImplementedError
