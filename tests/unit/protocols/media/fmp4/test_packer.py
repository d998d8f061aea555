"""What Fmp4Packer writes, read back by FFmpeg's demuxer."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media.fmp4 import Fmp4Packer
from pinegate.protocols.media.frames import AccessUnit, Codec


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
