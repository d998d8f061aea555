import av
import pytest
from PIL import Image, ImageChops

from pinegate.protocols.media.frames import Codec
from pinegate_simulator.clip_encoding import ClipRequest, ClipSettings
from pinegate_simulator.live_playout import LivePlayout, seen_through
from pinegate_simulator.ptz_head import HOME, View
from pinegate_simulator.scenes import repertoire


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_turning_away_and_back_gives_pictures_that_decode_without_a_gap(codec: Codec) -> None:
    request = ClipRequest(ClipSettings(160, 90, 10, 1.0, 2.0, codec), "大桥", "river_bridge", "noon", 1)
    clip = request.make()
    view = HOME
    playout = LivePlayout(clip, request, lambda: view)
    units = []
    for number in range(40):
        view = View(0.5, 0.0, 2.0) if 5 <= number < 23 else HOME
        units.append(playout.take())
    assert [unit.dts for unit in units] == [9000 * number for number in range(40)]
    assert units[5].key
    assert [unit.payload for unit in units[30:]] == [unit.payload for unit in clip.units[10:]]
    decoder = av.CodecContext.create("h264" if codec is Codec.H264 else "hevc", "r")
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.payload))]
    assert len(frames) + len(decoder.decode(None)) == 40


def test_the_home_view_is_the_picture_itself_and_others_differ() -> None:
    picture = repertoire.build("square", "noon", 1, 320).draw(0.2)
    size = picture.size
    assert seen_through(HOME, picture, size).tobytes() == picture.tobytes()
    for view in (View(0.2, 0, 1), View(0, 0.3, 1), View(0, 0, 2)):
        turned = seen_through(view, picture, size)
        assert turned.size == size
        assert ImageChops.difference(turned, picture).getbbox() is not None


def test_half_a_turn_is_the_mirrored_scene() -> None:
    picture = repertoire.build("square", "noon", 1, 320).draw(0.2)
    mirrored = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert seen_through(View(1.0, 0, 1), picture, picture.size).tobytes() == mirrored.tobytes()


def test_with_a_clock_every_picture_is_drawn_and_the_time_is_asked_for_each() -> None:
    request = ClipRequest(ClipSettings(160, 90, 10, 1.0, 2.0), "大桥", "river_bridge", "noon", 1)
    clip = request.make()
    asked: list[str] = []

    def clock() -> str:
        asked.append("2026-11-22 09:30:00")
        return asked[-1]

    playout = LivePlayout(clip, request, lambda: HOME, clock)
    units = [playout.take() for _ in range(20)]
    assert len(asked) == 20
    assert all(unit.payload != own.payload for unit, own in zip(units, clip.units, strict=True))
    assert [unit.key for unit in units] == [index % 10 == 0 for index in range(20)]


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_a_key_picture_is_made_when_it_is_asked_for_and_the_clip_goes_on_at_its_own_next_one(
    codec: Codec,
) -> None:
    request = ClipRequest(ClipSettings(160, 90, 10, 1.0, 2.0, codec), "大桥", "river_bridge", "noon", 1)
    clip = request.make()
    playout = LivePlayout(clip, request, lambda: HOME)
    units = []
    for number in range(20):
        if number == 4:
            playout.force_key()
        units.append(playout.take())
    assert [number for number, unit in enumerate(units) if unit.key] == [0, 4, 10]
    assert [unit.payload for unit in units[10:]] == [unit.payload for unit in clip.units[10:20]]
    decoder = av.CodecContext.create("h264" if codec is Codec.H264 else "hevc", "r")
    frames = [frame for unit in units for frame in decoder.decode(av.Packet(unit.payload))]
    assert len(frames) + len(decoder.decode(None)) == 20
