"""h264, h265 and video against what FFmpeg's encoders write and its MP4 muxer says of it."""

import subprocess
from pathlib import Path

import av
import pytest
from tests.waiting import HANGS_SECONDS

from pinegate.protocols.media import h265, nal
from pinegate.protocols.media.frames import AccessUnit, Codec
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
    subprocess.run([*begin, *source, *coding, str(raw)], check=True, timeout=HANGS_SECONDS)
    subprocess.run([*begin, "-i", str(raw), "-c", "copy", str(mp4)], check=True, timeout=HANGS_SECONDS)
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
