"""Controls as people ask for them, as the camera is told."""

import pytest

from pinegate.adapters.gb28181.ptz_instructions import instruction_of
from pinegate.protocols.manscdp import ptz
from pinegate.usecases.streams.signalling import PtzCommand, PtzMove


@pytest.mark.parametrize(
    ("move", "told"),
    [
        (PtzMove.UP_LEFT, ptz.move(-1, 1, 0, 160, 10)),
        (PtzMove.ZOOM_IN, ptz.move(0, 0, 1, 160, 10)),
        (PtzMove.STOP, ptz.move(0, 0, 0, 160, 10)),
    ],
)
def test_a_direction_has_the_speed_for_turning_and_a_sixteenth_of_it_for_zooming(
    move: PtzMove, told: ptz.PtzInstruction
) -> None:
    assert instruction_of(PtzCommand(move, 160)) == told


def test_the_slowest_still_zooms() -> None:
    assert instruction_of(PtzCommand(PtzMove.ZOOM_OUT, 3)) == ptz.move(0, 0, -1, 3, 1)


def test_a_preset_is_called_by_its_number() -> None:
    command = PtzCommand(PtzMove.PRESET_CALL, preset=7)
    assert instruction_of(command) == ptz.preset(ptz.PtzCode.PRESET_CALL, 7)
