"""What FlvPacker writes, read back by FFmpeg's demuxer."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media.flv import FlvPacker
from pinegate.protocols.media.frames import AccessUnit, Codec

Units = tuple[AccessUnit, ...]
VIDEO: dict[str, Callable[[], Units]] = {
    "h264": media.h264_units,
    "h264 with B-frames": lambda: media.h264_units(b_frames=True),
    "h265": media.h265_units,
}
SOUND = AccessUnit(Codec.G711A, 0, 0, False, bytes(160))


def milliseconds(ticks: int) -> Fraction:
    return Fraction(ticks // 90, 1000)


def packed(packer: FlvPacker, units: list[AccessUnit] | Units) -> bytes:
    body = b"".join([packer.pack(unit) for unit in units])
    return packer.start() + body


@pytest.mark.parametrize("name", VIDEO)
def test_every_picture_is_read_back_with_size_and_times(tmp_path: Path, name: str) -> None:
    units = VIDEO[name]()
    path = tmp_path / "video.flv"
    path.write_bytes(packed(FlvPacker(units[0].codec, enhanced=True), units))
    seen = media.times_and_sizes(path)
    assert [times[:2] for times in seen] == [(milliseconds(u.pts), milliseconds(u.dts)) for u in units]
    assert media.decoded_pictures(path) == len(units)


def test_a_viewer_who_starts_at_a_later_key_picture_decodes_every_picture_from_there(tmp_path: Path) -> None:
    units = media.h264_units()
    packer = FlvPacker(Codec.H264)
    tags = [packer.pack(unit) for unit in units]
    path = tmp_path / "late.flv"
    path.write_bytes(packer.start() + b"".join(tags[24:]))
    assert units[24].key
    assert media.decoded_pictures(path) == len(units) - 24


def test_g711_is_left_out_and_the_header_says_so() -> None:
    packer = FlvPacker(Codec.H264, Codec.G711A)
    assert packer.pack(SOUND) == b""
    packer.pack(media.h264_units()[0])
    assert packer.header()[4] == 1
    assert b"\x00\x0comittedaudio\x02\x00\x05g711a" in packer.start()


def test_older_players_get_h265_as_codec_id_12() -> None:
    packer = FlvPacker(Codec.H265)
    tag = packer.pack(media.h265_units()[0])
    assert tag[11:13] == b"\x1c\x01"
    assert b"\x1c\x00\x00\x00\x00\x01" in packer.start()


def test_changed_parameter_sets_come_as_a_new_sequence_header_before_their_picture() -> None:
    packer = FlvPacker(Codec.H264)
    first, other = media.h264_units()[0], media.h264_units(b_frames=True)[0]
    packer.pack(first)
    before = packer.start()
    assert packer.pack(replace(first, dts=3600, pts=3600)).count(b"\x17\x00\x00\x00\x00") == 0
    assert packer.pack(replace(other, dts=7200, pts=7200))[11:16] == b"\x17\x00\x00\x00\x00"
    assert packer.start() != before


def test_nothing_is_packed_before_the_first_key_picture() -> None:
    packer = FlvPacker(Codec.H264, Codec.AAC)
    assert packer.pack(media.h264_units()[1]) == b""
    assert not packer.ready
    with pytest.raises(RuntimeError, match="key picture"):
        packer.start()
    packer.pack(media.h264_units()[0])
    assert not packer.ready
    packer.pack(media.aac_units()[0])
    assert packer.ready


def test_another_codec_than_announced_gives_nothing() -> None:
    assert FlvPacker(Codec.H264).pack(media.h265_units()[0]) == b""
    with pytest.raises(ValueError, match="video must"):
        FlvPacker(Codec.AAC)
