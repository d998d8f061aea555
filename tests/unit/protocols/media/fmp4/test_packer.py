"""What Fmp4Packer writes, read back by FFmpeg's demuxer."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.unit.protocols import encoded_media as media

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


def test_a_viewer_who_starts_at_a_later_key_picture_decodes_every_picture_from_there(tmp_path: Path) -> None:
    units = media.h264_units()
    packer = Fmp4Packer(Codec.H264)
    fragments = [packer.pack(unit) for unit in units]
    path = tmp_path / "late.mp4"
    path.write_bytes(packer.start() + b"".join(fragments[24:]))
    assert media.times_and_sizes(path)[0][1] == Fraction(units[24].dts, 90_000)
    assert media.decoded_pictures(path) == len(units) - 24


def test_changed_parameter_sets_come_as_a_new_initialization_segment_before_their_picture() -> None:
    packer = Fmp4Packer(Codec.H264)
    first, other = media.h264_units()[0], media.h264_units(b_frames=True)[0]
    assert packer.pack(first)[4:8] == b"moof"
    assert packer.pack(replace(first, dts=3600, pts=3600))[4:8] == b"moof"
    changed = packer.pack(replace(other, dts=7200, pts=7200))
    assert changed[4:8] == b"ftyp"
    assert changed.startswith(packer.start())


def test_g711_is_left_out() -> None:
    packer = Fmp4Packer(Codec.H264, Codec.G711U)
    assert packer.pack(AccessUnit(Codec.G711U, 0, 0, False, bytes(160))) == b""
    packer.pack(media.h264_units()[0])
    assert (packer.ready, packer.audio, packer.omitted_audio) == (True, None, Codec.G711U)


def test_nothing_starts_before_the_first_key_picture() -> None:
    packer = Fmp4Packer(Codec.H264)
    assert packer.pack(media.h264_units()[1]) == b""
    with pytest.raises(RuntimeError, match="key picture"):
        packer.start()
    with pytest.raises(RuntimeError, match="key picture"):
        _ = packer.mime_type
    with pytest.raises(ValueError, match="audio codec"):
        Fmp4Packer(Codec.H264, Codec.H264)
