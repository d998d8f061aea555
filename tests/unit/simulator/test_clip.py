import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pinegate.protocols.media.frames import Codec
from pinegate_simulator.clip import Clip, Playout, UnreadableClipError, read_clip, write_clip
from pinegate_simulator.clip_encoding import ClipRequest, ClipSettings


def test_a_clip_is_read_back_as_it_was_written(clip: Clip, tmp_path: Path) -> None:
    write_clip(clip, tmp_path / "a" / "b.clip")
    assert read_clip(tmp_path / "a" / "b.clip") == clip
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.clip"]


@pytest.mark.parametrize(
    "damage", [lambda d: d[:-9], lambda d: b"nonsense" + d, lambda d: b"", lambda d: d[:40]]
)
def test_a_damaged_clip_is_refused_with_a_reason(
    clip: Clip, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "b.clip"
    write_clip(clip, path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UnreadableClipError, match="made anew"):
        read_clip(path)


def test_a_forced_key_picture_is_the_next_of_the_clip_at_the_time_that_was_due(clip: Clip) -> None:
    playout = Playout(clip)
    for _ in range(3):
        playout.take()
    due = playout.next_dts
    playout.force_key()
    unit = playout.take()
    assert unit.key and unit.dts == due
    assert playout.take().dts == due + 9000
    for _ in range(len(clip.units) - 3):  # the last key picture of the clip is behind: it begins again
        playout.take()
    playout.force_key()
    assert playout.take().payload in {unit.payload for unit in clip.units if unit.key}


def test_a_loop_goes_on_with_rising_timestamps_and_begins_with_a_key_picture(clip: Clip) -> None:
    playout = Playout(clip)
    rounds = [playout.take() for _ in range(3 * len(clip.units))]
    steps = {later.dts - earlier.dts for earlier, later in itertools.pairwise(rounds)}
    assert steps == {9000}
    assert all(rounds[number * len(clip.units)].key for number in range(3))


def test_a_generated_clip_has_its_settings_key_pictures_and_no_b_frames(clip: Clip) -> None:
    assert (clip.width, clip.height, clip.fps, clip.seconds) == (160, 90, 10.0, 2.0)
    assert [unit.key for unit in clip.units] == [index % 10 == 0 for index in range(20)]
    assert all(unit.pts == unit.dts for unit in clip.units)


def test_requests_that_would_look_different_have_different_digests() -> None:
    request = ClipRequest(ClipSettings(), "老街", "lake", "noon", 1)
    others = [
        replace(request, name="大桥"),
        replace(request, scene="square"),
        replace(request, light="night"),
        replace(request, seed=2),
        replace(request, settings=ClipSettings(fps=15)),
        replace(request, settings=ClipSettings(audio=Codec.AAC)),
    ]
    assert len({request.digest, *(other.digest for other in others)}) == 7
    assert request.digest == ClipRequest(ClipSettings(), "老街", "lake", "noon", 1).digest


@pytest.mark.parametrize(
    "settings",
    [{"width": 641}, {"fps": 0}, {"gop_seconds": 20.0}, {"video": Codec.AAC}, {"audio": Codec.H264}],
)
def test_settings_that_cannot_be_encoded_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        ClipSettings(**settings)
