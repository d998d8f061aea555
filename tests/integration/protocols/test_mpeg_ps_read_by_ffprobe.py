"""What PsMuxer writes, read by a foreign demuxer (FFmpeg)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media.frames import AccessUnit
from pinegate.protocols.media.mpeg_ps import PsMuxer


def muxed(path: Path, *tracks: tuple[AccessUnit, ...]) -> Path:
    codecs = [track[0].codec for track in tracks]
    muxer = PsMuxer(codecs[0], codecs[1] if len(codecs) > 1 else None)
    path.write_bytes(b"".join(muxer.mux(unit) for unit in media.interleaved(*tracks)))
    return path


@pytest.mark.parametrize(
    ("encode", "name"),
    [
        (media.h264_units, "h264"),
        (lambda: media.h264_units(b_frames=True), "h264"),
        (media.h265_units, "hevc"),
    ],
    ids=["h264", "h264 with B-frames", "h265"],
)
def test_ffprobe_reads_a_program_stream_with_every_picture(
    tmp_path: Path, encode: Callable[[], tuple[AccessUnit, ...]], name: str
) -> None:
    video = encode()
    path = muxed(tmp_path / "video.ps", video)
    seen = media.ffprobe(path)
    stream = seen["streams"][0]
    assert seen["format"]["format_name"] == "mpeg"
    assert (stream["codec_name"], stream["width"], stream["height"]) == (name, media.WIDTH, media.HEIGHT)
    assert int(stream["nb_read_frames"]) == len(video)
    expected = [(Fraction(u.pts, 90_000), Fraction(u.dts, 90_000), len(u.payload)) for u in video]
    assert media.times_and_sizes(path) == expected


def test_ffprobe_reads_aac_beside_the_picture(tmp_path: Path) -> None:
    path = muxed(tmp_path / "both.ps", media.h264_units(), media.aac_units())
    streams = {stream["codec_type"]: stream for stream in media.ffprobe(path)["streams"]}
    assert streams["audio"]["codec_name"] == "aac"
    assert int(streams["audio"]["nb_read_frames"]) == len(media.aac_units())
    assert int(streams["video"]["nb_read_frames"]) == len(media.h264_units())
