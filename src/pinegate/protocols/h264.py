"""H.264 (ITU-T H.264) as far as a gateway must read it: NAL units, sequence parameter sets, avcC."""

from dataclasses import dataclass

from pinegate.protocols.frames import Malformed


@dataclass(frozen=True, slots=True)
class Sps:
    width: int
    height: int
    codec_string: str


def parse_sps(nal: bytes) -> Sps | Malformed:
    """``nal``: with its header byte, with emulation prevention, without start code (section 7.3.2.1.1)."""
    raise NotImplementedError


def decoder_configuration_record(sps: bytes, pps: list[bytes]) -> bytes:
    """ISO/IEC 14496-15 section 5.3.3.1, NAL lengths of 4 bytes."""
    raise NotImplementedError
