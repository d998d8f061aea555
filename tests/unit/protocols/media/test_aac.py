import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import encoded_media as media

from pinegate.protocols.media import aac
from pinegate.protocols.media.frames import MalformedMedia


@given(
    st.sampled_from([96_000, 44_100, 16_000, 8_000]), st.integers(1, 7), st.binary(min_size=1, max_size=8000)
)
def test_a_wrapped_frame_is_unwrapped(rate: int, channels: int, frame: bytes) -> None:
    config = aac.audio_specific_config(rate, channels)
    wrapped = aac.adts_header(config, len(frame)) + frame
    heard = 8 if channels == 7 else channels
    assert aac.parse_adts(b"xx" + wrapped, 2) == aac.AdtsFrame(frame, config, rate, heard, len(wrapped))
    assert aac.parse_config(config) == (rate, heard)
    assert aac.parse_adts(wrapped[:-1]) is None


def test_the_encoders_own_configuration_is_read() -> None:
    config = media.aac_units()[0].config
    assert aac.parse_config(config) == (16_000, 1)
    assert aac.audio_specific_config(16_000, 1) == config


def test_a_crc_is_passed_over() -> None:
    header = bytearray(aac.adts_header(aac.audio_specific_config(16_000, 1), 6))
    header[1] &= 0xFE
    frame = aac.parse_adts(bytes(header) + b"\x12\x34" + b"data")
    assert isinstance(frame, aac.AdtsFrame)
    assert frame.frame == b"data"


@given(st.binary(max_size=40))
def test_random_bytes_never_raise(data: bytes) -> None:
    frame = aac.parse_adts(data)
    assert frame is None or isinstance(frame, MalformedMedia | aac.AdtsFrame)


def test_misuse_raises() -> None:
    with pytest.raises(ValueError, match="sample rate"):
        aac.parse_config(b"\x17\x80")
    with pytest.raises(ValueError, match="channels"):
        aac.audio_specific_config(16_000, 0)
    with pytest.raises(ValueError, match="too long"):
        aac.adts_header(b"\x14\x08", 9000)
