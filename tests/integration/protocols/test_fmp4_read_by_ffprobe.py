"""What Fmp4Packer writes, read back by FFmpeg's demuxer."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media import nal
from pinegate.protocols.media.fmp4 import Fmp4Packer
from pinegate.protocols.media.frames import AccessUnit, Codec

Units = tuple[AccessUnit, ...]
VIDEO: dict[str, tuple[Callable[[], Units], str]] = {
    "h264": (media.h264_units, "avc1.42c00d"),
    "h264 with B-frames": (lambda: media.h264_units(b_frames=True), "avc1.64000d"),
    "h265": (media.h265_units, "hvc1.1.6.L60.90"),
}


def packed(packer: Fmp4Packer, units: list[AccessUnit] | Units) -> bytes:
    body = b"".join([packer.pack(unit) for unit in units])
    return packer.start() + body


@pytest.mark.parametrize("name", VIDEO)
def test_every_picture_is_read_back_with_size_and_times(tmp_path: Path, name: str) -> None:
    encode, codec_string = VIDEO[name]
    units = encode()
    packer = Fmp4Packer(units[0].codec)
    path = tmp_path / "video.mp4"
    path.write_bytes(packed(packer, units))
    expected = [
        (Fraction(u.pts, 90_000), Fraction(u.dts, 90_000), len(nal.to_length_prefixed(u.payload)))
        for u in units
    ]
    assert media.times_and_sizes(path) == expected
    assert media.decoded_pictures(path) == len(units)
    assert packer.mime_type == f'video/mp4; codecs="{codec_string}"'
    stream = media.ffprobe(path)["streams"][0]
    assert (stream["width"], stream["height"]) == (media.WIDTH, media.HEIGHT)
    assert int(stream["nb_read_frames"]) == len(units)


def test_ffprobe_reads_h264_and_aac_with_every_frame(tmp_path: Path) -> None:
    path = tmp_path / "both.mp4"
    packer = Fmp4Packer(Codec.H264, Codec.AAC)
    path.write_bytes(packed(packer, media.interleaved(media.h264_units(), media.aac_units())))
    assert packer.mime_type == 'video/mp4; codecs="avc1.42c00d,mp4a.40.2"'
    streams = {stream["codec_type"]: stream for stream in media.ffprobe(path)["streams"]}
    assert int(streams["video"]["nb_read_frames"]) == len(media.h264_units())
    assert int(streams["audio"]["nb_read_frames"]) == len(media.aac_units())
    assert (streams["audio"]["codec_name"], streams["audio"]["sample_rate"]) == ("aac", "16000")
    expected = [(Fraction(u.dts, 90_000), Fraction(u.dts, 90_000), len(u.payload)) for u in media.aac_units()]
    assert media.times_and_sizes(path, "audio") == expected
