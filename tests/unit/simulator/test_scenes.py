import pytest
from PIL import ImageChops

from pinegate_simulator.on_screen_display import OnScreenDisplay, running_time
from pinegate_simulator.scenes import repertoire


@pytest.mark.parametrize("name", repertoire.SCENE_NAMES)
def test_a_scene_moves_and_its_loop_closes(name: str) -> None:
    scene = repertoire.build(name, "noon", 3, 320)
    begin, middle, end = scene.draw(0.0), scene.draw(0.31), scene.draw(1 - 1e-9)
    assert begin.size == (320, 180)
    assert ImageChops.difference(begin, middle).getbbox() is not None
    changed = sum(ImageChops.difference(begin, end).convert("L").histogram()[41:])
    assert changed < 320 * 180 * 0.03


@pytest.mark.parametrize("light", repertoire.LIGHT_NAMES)
def test_every_light_colours_the_scene_in_its_own_way(light: str) -> None:
    others = [other for other in repertoire.LIGHT_NAMES if other != light]
    here = repertoire.build("square", light, 1, 160).draw(0.0).tobytes()
    assert all(repertoire.build("square", other, 1, 160).draw(0.0).tobytes() != here for other in others)


def test_the_name_is_written_lower_left_and_the_clock_upper_right() -> None:
    scene = repertoire.build("tunnel", "noon", 1, 640)
    plain, written = scene.draw(0.0), scene.draw(0.0)
    OnScreenDisplay("屯溪老街东口", 640, 360).draw(written, running_time(75.0), 0.5)
    difference = ImageChops.difference(plain, written)
    assert difference.crop((0, 300, 320, 360)).getbbox() is not None
    assert difference.crop((400, 0, 640, 60)).getbbox() is not None
    assert difference.crop((0, 60, 640, 300)).getbbox() is None


def test_a_name_of_any_length_fits_into_the_picture() -> None:
    picture = repertoire.build("tunnel", "noon", 1, 320).draw(0.0)
    OnScreenDisplay("很" * 100, 320, 180).draw(picture, "12:00", 0.0)
    OnScreenDisplay("", 320, 180).draw(picture, "12:00", 0.0)
