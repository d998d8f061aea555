"""AAC: ADTS (ISO/IEC 13818-7 section 6.2) and AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1)."""

from typing import Final, NamedTuple

from pinegate.protocols.media.frames import MalformedMedia

SAMPLES_PER_FRAME: Final = 1024  # ISO/IEC 14496-3 4.5.1.1: frameLengthFlag 0
# ISO/IEC 14496-3 1.6.3.3: samplingFrequencyIndex 0 to 12.
_SAMPLE_RATES: Final = (
    96000,
    88200,
    64000,
    48000,
    44100,
    32000,
    24000,
    22050,
    16000,
    12000,
    11025,
    8000,
    7350,
)
_HEADER_LENGTH: Final = 7
_HEADER_LENGTH_WITH_CRC: Final = 9
_MAX_FRAME: Final = (1 << 13) - 1  # ISO/IEC 13818-7 6.2: aac_frame_length has 13 bits


class AdtsFrame(NamedTuple):
    """``frame``: raw AAC. ``config``: AudioSpecificConfig. ``length``: bytes with the header."""

    frame: bytes
    config: bytes
    sample_rate: int
    channels: int
    length: int


def is_adts(data: bytes, offset: int = 0) -> bool:
    """Whether syncword and layer of an ADTS header stand at ``offset`` (ISO/IEC 13818-7 6.2)."""
    return len(data) >= offset + 2 and data[offset] == 0xFF and data[offset + 1] & 0xF6 == 0xF0


def parse_adts(data: bytes, offset: int = 0) -> AdtsFrame | MalformedMedia | None:
    """One frame at ``offset``; ``None`` when it is cut short, ``MalformedMedia`` when it is no ADTS."""
    if len(data) < offset + _HEADER_LENGTH:
        return None
    if not is_adts(data, offset):
        return MalformedMedia("no ADTS syncword")
    second, third, fourth, fifth, sixth, seventh = data[offset + 1 : offset + _HEADER_LENGTH]
    # ISO/IEC 13818-7 6.2, field by field: protection_absent, aac_frame_length, sampling_frequency_index.
    header = _HEADER_LENGTH if second & 1 else _HEADER_LENGTH_WITH_CRC
    length = (fourth & 3) << 11 | fifth << 3 | sixth >> 5
    rate_index = (third >> 2) & 0x0F
    if rate_index >= len(_SAMPLE_RATES) or length <= header or seventh & 3:  # one raw data block only
        return MalformedMedia("ADTS header out of range")
    if len(data) < offset + length:
        return None
    channels = (third & 1) << 2 | fourth >> 6
    # ISO/IEC 14496-3 1.6.2.1: the object type is the ADTS profile plus one.
    config = ((third >> 6) + 1) << 11 | rate_index << 7 | channels << 3
    return AdtsFrame(
        data[offset + header : offset + length],
        config.to_bytes(2, "big"),
        _SAMPLE_RATES[rate_index],
        8 if channels == 7 else channels,
        length,
    )


def parse_config(config: bytes) -> tuple[int, int]:
    """Sample rate in Hz and channels of an AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1); ``ValueError`` when
    unreadable.
    """
    if len(config) < 2 or (config[0] & 7) << 1 | config[1] >> 7 >= len(_SAMPLE_RATES):
        raise ValueError("AudioSpecificConfig without a known sample rate")
    channels = (config[1] >> 3) & 0x0F
    return _SAMPLE_RATES[(config[0] & 7) << 1 | config[1] >> 7], 8 if channels == 7 else channels


def audio_specific_config(sample_rate: int, channels: int, object_type: int = 2) -> bytes:
    """The two bytes of ISO/IEC 14496-3 1.6.2.1. ``sample_rate`` in Hz; object type 2, AAC-LC, by default;
    ``ValueError`` for a rate that has no index.
    """
    if not (1 <= channels <= 7 and 1 <= object_type <= 4):
        raise ValueError("channels 1 to 7 and object types 1 to 4 fit into ADTS")
    value = object_type << 11 | _SAMPLE_RATES.index(sample_rate) << 7 | channels << 3
    return value.to_bytes(2, "big")


def adts_header(config: bytes, frame_length: int) -> bytes:
    """Seven bytes for a raw frame of ``frame_length`` bytes; ``ValueError`` when it is too long for ADTS."""
    length = frame_length + _HEADER_LENGTH
    if length > _MAX_FRAME or len(config) < 2:
        raise ValueError("frame too long for ADTS, or no AudioSpecificConfig")
    profile = (config[0] >> 3) - 1 & 3
    rate_index = (config[0] & 7) << 1 | config[1] >> 7
    channels = (config[1] >> 3) & 7
    return bytes(
        (
            0xFF,
            0xF1,  # MPEG-4, layer 0, no CRC
            profile << 6 | rate_index << 2 | channels >> 2,
            (channels & 3) << 6 | length >> 11,
            (length >> 3) & 0xFF,
            (length & 7) << 5 | 0x1F,  # buffer fullness 0x7FF: variable rate
            0xFC,
        )
    )
