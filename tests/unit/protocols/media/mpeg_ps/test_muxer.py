"""What PsMuxer writes, read by a foreign demuxer (FFmpeg)."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from tests.unit.protocols import encoded_media as media

from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.protocols.media.mpeg_ps.muxer import _crc32  # pyright: ignore[reportPrivateUsage]

SOUNDS = tuple(
    AccessUnit(Codec.G711A, n * 3600, n * 3600, False, bytes(range(1, 161)) * 2) for n in range(40)
)


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
