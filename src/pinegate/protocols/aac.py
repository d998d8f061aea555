"""AAC: ADTS headers (ISO/IEC 13818-7 section 6.2) and AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1)."""

from typing import NamedTuple

from pinegate.protocols.frames import Malformed

SAMPLES_PER_FRAME = 1024


class AdtsFrame(NamedTuple):
    """``frame``: raw AAC. ``config``: AudioSpecificConfig. ``length``: bytes with the header."""

    frame: bytes
    config: bytes
    sample_rate: int
    channels: int
    length: int


def parse_adts(data: bytes, offset: int = 0) -> AdtsFrame | Malformed:
    """One frame at ``offset``; ``Malformed`` when it is no ADTS or is cut short."""
    raise NotImplementedError


def parse_config(config: bytes) -> tuple[int, int]:
    """Sample rate in Hz and channels of an AudioSpecificConfig; ``ValueError`` when unreadable."""
    raise NotImplementedError


def audio_specific_config(sample_rate: int, channels: int, object_type: int = 2) -> bytes:
    """AAC-LC by default; ``ValueError`` for a rate that has no index."""
    raise NotImplementedError


def adts_header(config: bytes, frame_length: int) -> bytes:
    """Seven bytes for a raw frame of ``frame_length`` bytes."""
    raise NotImplementedError
