"""What PsMuxer writes, read by a foreign demuxer (FFmpeg)."""

from pathlib import Path

import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.protocols.media.mpeg_ps.muxer import _crc32

SOUNDS = tuple(
    AccessUnit(Codec.G711A, n * 3600, n * 3600, False, bytes(range(1, 161)) * 2) for n in range(40)
)


def muxed(path: Path, *tracks: tuple[AccessUnit, ...]) -> Path:
    codecs = [track[0].codec for track in tracks]
    muxer = PsMuxer(codecs[0], codecs[1] if len(codecs) > 1 else None)
    path.write_bytes(b"".join(muxer.mux(unit) for unit in media.interleaved(*tracks)))
    return path


def test_g711_which_ffmpeg_does_not_know_by_its_stream_type_leaves_the_picture_readable(
    tmp_path: Path,
) -> None:
    path = muxed(tmp_path / "g711.ps", media.h264_units(), SOUNDS)
    assert len(media.times_and_sizes(path)) == len(media.h264_units())


def test_a_large_picture_is_cut_into_elements_of_at_most_64_kilobytes() -> None:
    payload = b"\x00\x00\x00\x01\x65\x88" + b"\x01" * 200_000
    pack = PsMuxer(Codec.H264).mux(AccessUnit(Codec.H264, 0, 0, True, payload))
    assert pack.count(b"\x00\x00\x01\xe0") == 4


def test_tables_come_with_key_pictures_only() -> None:
    muxer = PsMuxer(Codec.H264, Codec.AAC)
    key, inter = (muxer.mux(unit) for unit in media.h264_units()[:2])
    for code in (b"\x00\x00\x01\xbb", b"\x00\x00\x01\xbc"):
        assert code in key
        assert code not in inter
    start = key.index(b"\x00\x00\x01\xbc")
    end = start + 6 + int.from_bytes(key[start + 4 : start + 6], "big")
    assert _crc32(key[start:end]) == 0


def test_misuse_raises() -> None:
    with pytest.raises(ValueError, match="needs"):
        PsMuxer(None)
    with pytest.raises(ValueError, match="video must"):
        PsMuxer(Codec.AAC)
    with pytest.raises(ValueError, match="not announced"):
        PsMuxer(Codec.H264).mux(SOUNDS[0])
