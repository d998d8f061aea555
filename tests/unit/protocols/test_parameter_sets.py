"""h264, h265 and video against what FFmpeg's encoders write and its MP4 muxer says of it."""

import subprocess
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.media import h264, h265, nal
from pinegate.protocols.media.frames import AccessUnit, Codec, Malformed
from pinegate.protocols.media.video import configuration_of


def encoded(
    folder: Path, codec: Codec, width: int, height: int, form: str, options: str
) -> tuple[AccessUnit, bytes]:
    """One key picture as Annex B, and the configuration record that FFmpeg's MP4 muxer makes of its headers."""
    encoder = "libx264" if codec is Codec.H264 else "libx265"
    raw, mp4 = folder / ("raw.h264" if codec is Codec.H264 else "raw.hevc"), folder / "raw.mp4"
    begin = ["ffmpeg", "-v", "error", "-y"]
    source = ["-f", "lavfi", "-i", f"testsrc2=size={width}x{height}", "-frames:v", "1", "-pix_fmt", form]
    coding = ["-c:v", encoder, "-preset", "ultrafast", f"-{encoder[3:]}-params", options]
    subprocess.run([*begin, *source, *coding, str(raw)], check=True, timeout=60)
    subprocess.run([*begin, "-i", str(raw), "-c", "copy", str(mp4)], check=True, timeout=60)
    with av.open(str(mp4)) as container:
        record = bytes(container.streams.video[0].codec_context.extradata or b"")
    return AccessUnit(codec, 0, 0, True, raw.read_bytes()), record


@pytest.mark.parametrize(
    ("width", "height", "form", "options", "codec_string"),
    [
        (1920, 1080, "yuv420p", "", "avc1.42c028"),
        (352, 288, "yuv420p", "8x8dct=1:cabac=1", "avc1.64000d"),
        (722, 406, "yuv422p", "", "avc1.7a001e"),
        (322, 242, "yuv444p", "", "avc1.f4000d"),
        (1280, 720, "yuv420p10le", "", "avc1.6e001f"),
        (720, 576, "yuv420p", "interlaced=1", "avc1.4d401e"),
        (640, 480, "yuv420p", "cqm=jvt:8x8dct=1", "avc1.64001e"),
    ],
)
def test_h264_size_and_record_are_those_of_ffmpeg(
    tmp_path: Path, width: int, height: int, form: str, options: str, codec_string: str
) -> None:
    unit, record = encoded(tmp_path, Codec.H264, width, height, form, options or "ref=1")
    configuration = configuration_of(unit)
    assert configuration is not None
    assert (configuration.width, configuration.height) == (width, height)
    assert configuration.codec_string == codec_string
    assert configuration.record == record


@pytest.mark.parametrize(
    ("width", "height", "form", "codec_string"),
    [
        (1920, 1080, "yuv420p", "hvc1.1.6.L120.90"),
        (354, 290, "yuv420p", "hvc1.1.6.L60.90"),
        (722, 406, "yuv422p", "hvc1.4.10.L90.9D.8"),
        (1280, 720, "yuv420p10le", "hvc1.2.4.L93.90"),
        (322, 242, "yuv444p", "hvc1.4.10.L60.9E.8"),
    ],
)
def test_h265_size_and_profile_are_those_of_ffmpeg(
    tmp_path: Path, width: int, height: int, form: str, codec_string: str
) -> None:
    unit, record = encoded(tmp_path, Codec.H265, width, height, form, "log-level=0")
    configuration = configuration_of(unit)
    assert configuration is not None
    assert (configuration.width, configuration.height) == (width, height)
    assert configuration.codec_string == codec_string
    assert configuration.record[:13] == record[:13]
    assert configuration.record[16:19] == record[16:19]
    for kind in (h265.VPS, h265.SPS, h265.PPS):
        part = next(part for part in nal.split(unit.payload) if h265.nal_type(part[0]) == kind)
        assert part in configuration.record
        assert part in record


@given(st.binary(max_size=120))
def test_random_bytes_never_raise(data: bytes) -> None:
    for parsed in (h264.parse_sps(b"\x67" + data), h265.parse_sps(b"\x42\x01" + data)):
        assert isinstance(parsed, Malformed) or 0 < parsed.width <= 16_384


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
