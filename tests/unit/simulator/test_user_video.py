"""The user's own file, made here by PyAV in the forms that files come in."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy
import pytest

from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.user_video import UserVideo, UserVideoError, read_user_video

SETTINGS = ClipSettings(160, 90, 10, 1.0, 2.0, audio=Codec.G711A)


def video_file(
    path: Path, codec: str, *, audio: str | None = None, options: dict[str, str] | None = None
) -> Path:
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options=options or {})
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt, video.gop_size = 320, 180, "yuv420p", 25
        sound = container.add_stream(audio, rate=44_100) if audio else None
        for index in range(50):
            picture = numpy.full((180, 320, 3), index * 4, numpy.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound:
            assert isinstance(sound, av.AudioStream)
            tone = av.AudioFrame.from_ndarray(
                numpy.full((2, 44_100), 0.2, numpy.float32), format="fltp", layout="stereo"
            )
            tone.sample_rate = 44_100
            container.mux(sound.encode(tone))
            container.mux(sound.encode(None))
    return path


def decoded(units: Sequence[AccessUnit]) -> int:
    decoder = av.CodecContext.create("h264" if units[0].codec is Codec.H264 else "hevc", "r")
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.payload))]
    return len(frames) + len(decoder.decode(None))


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "flv"])
def test_h264_is_passed_through_from_any_container(tmp_path: Path, container: str) -> None:
    path = video_file(tmp_path / f"v.{container}", "libx264", options={"bf": "0"})
    clip = read_user_video(path, SETTINGS)
    assert (clip.video, clip.width, clip.height, clip.audio) == (Codec.H264, 320, 180, None)
    assert decoded(clip.units) == 50
    assert clip.units[0].key
    assert clip.units[0].dts == 0
    assert abs(clip.period - 180_000) < 200


def test_b_frames_keep_their_order_and_decode_whole(tmp_path: Path) -> None:
    path = video_file(tmp_path / "v.mp4", "libx264", options={"bf": "2"})
    clip = read_user_video(path, SETTINGS)
    assert any(unit.pts != unit.dts for unit in clip.units)
    assert [unit.dts for unit in clip.units] == sorted(unit.dts for unit in clip.units)
    assert decoded(clip.units) == 50


def test_h265_is_passed_through(tmp_path: Path) -> None:
    clip = read_user_video(
        video_file(tmp_path / "v.mp4", "libx265", options={"x265-params": "log-level=none"}), SETTINGS
    )
    assert clip.video is Codec.H265
    assert decoded(clip.units) == 50


def test_a_bare_stream_without_timestamps_runs_at_its_frame_rate(tmp_path: Path) -> None:
    path = video_file(tmp_path / "v.h264", "libx264", options={"bf": "0"})
    clip = read_user_video(path, SETTINGS)
    assert decoded(clip.units) == 50
    assert all(later.dts > earlier.dts for earlier, later in zip(clip.units, clip.units[1:], strict=False))


def test_another_codec_is_encoded_in_the_settings_size_and_rate(tmp_path: Path) -> None:
    clip = read_user_video(video_file(tmp_path / "v.avi", "mpeg4"), SETTINGS)
    assert (clip.video, clip.width, clip.height, clip.fps) == (Codec.H264, 160, 90, 10.0)
    assert decoded(clip.units) == 20


def test_sound_becomes_the_settings_codec_and_is_as_long_as_the_video(tmp_path: Path) -> None:
    clip = read_user_video(video_file(tmp_path / "v.mp4", "libx264", audio="aac"), SETTINGS)
    sound = [unit for unit in clip.units if unit.codec is Codec.G711A]
    assert clip.audio is Codec.G711A
    assert sum(len(unit.payload) for unit in sound) == 16_000


def test_a_file_that_is_no_video_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "v.mp4").write_bytes(b"no video at all" * 50)
    with pytest.raises(UserVideoError, match=r"v\.mp4 cannot be read"):
        read_user_video(tmp_path / "v.mp4", SETTINGS)


def test_a_changed_file_has_another_digest(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"1")
    before = UserVideo(path, SETTINGS).digest
    path.write_bytes(b"22")
    assert UserVideo(path, SETTINGS).digest != before
