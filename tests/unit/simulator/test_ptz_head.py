import pytest

from pinegate.protocols.manscdp.ptz import STOP, PtzCode, move, preset
from pinegate_simulator.ptz_head import HOME, PtzHead, View


def test_a_new_head_looks_home() -> None:
    assert PtzHead().view(5.0) == HOME


def test_it_turns_while_told_and_stays_where_it_was_stopped() -> None:
    head = PtzHead()
    head.apply(move(pan=1, tilt=1, speed=128), 10.0)
    view = head.view(10.5)
    assert view.pan > 0
    assert view.tilt < 0
    head.apply(STOP, 10.5)
    assert head.view(10.5) == head.view(40.0) == view


def test_left_and_right_are_opposite() -> None:
    views = []
    for direction in (-1, 1):
        head = PtzHead()
        head.apply(move(pan=direction), 0.0)
        views.append(head.view(0.5).pan)
    assert views[0] == -views[1] < 0


@pytest.mark.parametrize(("direction", "limit"), [(1, 8.0), (-1, 1.0)])
def test_zoom_ends_at_its_limits(direction: int, limit: float) -> None:
    head = PtzHead()
    head.apply(move(zoom=direction, zoom_speed=15), 0.0)
    assert head.view(30.0).zoom == limit


def test_a_preset_is_called_back_from_anywhere_and_forgotten_when_deleted() -> None:
    head = PtzHead()
    head.presets[3] = View(0.4, 0.1, 2.0)
    head.apply(preset(PtzCode.PRESET_CALL, 3), 0.0)
    assert head.view(2.0) == View(0.4, 0.1, 2.0)
    head.apply(preset(PtzCode.PRESET_SET, 7), 2.0)
    head.apply(move(pan=-1), 2.0)
    head.apply(preset(PtzCode.PRESET_CALL, 7), 3.0)
    assert head.view(5.0) == View(0.4, 0.1, 2.0)
    head.apply(preset(PtzCode.PRESET_DELETE, 7), 5.0)
    head.apply(preset(PtzCode.PRESET_CALL, 7), 5.0)
    assert set(head.presets) == {3}


def test_it_goes_home_when_nobody_commands_it_for_a_minute() -> None:
    head = PtzHead()
    head.apply(move(zoom=1), 0.0)
    assert head.view(59.0) != HOME
    assert head.view(62.0) == HOME
