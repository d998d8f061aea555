"""h264, h265 and video against what FFmpeg's encoders write and its MP4 muxer says of it."""

from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.media import h264, h265, nal
from pinegate.protocols.media.frames import AccessUnit, Codec, MalformedMedia
from pinegate.protocols.media.video import configuration_of


@given(st.binary(max_size=120))
def test_random_bytes_never_raise(data: bytes) -> None:
    for parsed in (h264.parse_sps(b"\x67" + data), h265.parse_sps(b"\x42\x01" + data)):
        assert isinstance(parsed, MalformedMedia) or 0 < parsed.width <= 16_384


def test_a_key_picture_with_unreadable_parameter_sets_has_no_configuration() -> None:
    stream = nal.join([b"\x67\x64\x00\x0a", b"\x68\xee", b"\x65\x88"])
    assert configuration_of(AccessUnit(Codec.H264, 0, 0, True, stream)) is None
    assert configuration_of(AccessUnit(Codec.H265, 0, 0, True, stream)) is None
    assert configuration_of(AccessUnit(Codec.AAC, 0, 0, False, stream)) is None


@given(
    st.lists(st.binary(min_size=1, max_size=50).map(lambda data: data.replace(b"\x00", b"\x01")), max_size=9)
)
def test_nal_units_are_split_behind_long_and_short_start_codes(nals: list[bytes]) -> None:
    long, short = nal.join(nals), b"".join(b"\x00\x00\x01" + part for part in nals)
    assert nal.split(long) == nal.split(short) == nals
    prefixed = b"".join(len(part).to_bytes(4, "big") + part for part in nals)
    assert nal.to_length_prefixed(long) == nal.to_length_prefixed(short) == prefixed
