"""Camera controls as people ask for them, in GB/T 28181's code."""

from pinegate.protocols.manscdp import ptz
from pinegate.protocols.manscdp.ptz import PtzInstruction
from pinegate.usecases.streams.signalling import PtzCommand, PtzMove

_MOVES: dict[PtzMove, tuple[int, int, int]] = {
    PtzMove.STOP: (0, 0, 0),
    PtzMove.UP: (0, 1, 0),
    PtzMove.DOWN: (0, -1, 0),
    PtzMove.LEFT: (-1, 0, 0),
    PtzMove.RIGHT: (1, 0, 0),
    PtzMove.UP_LEFT: (-1, 1, 0),
    PtzMove.UP_RIGHT: (1, 1, 0),
    PtzMove.DOWN_LEFT: (-1, -1, 0),
    PtzMove.DOWN_RIGHT: (1, -1, 0),
    PtzMove.ZOOM_IN: (0, 0, 1),
    PtzMove.ZOOM_OUT: (0, 0, -1),
}


def instruction_of(command: PtzCommand) -> PtzInstruction:
    """GB/T 28181-2022 A.3: pan and tilt have 255 speeds, zoom has 15."""
    if command.move is PtzMove.PRESET_CALL:
        return ptz.preset(ptz.PtzCode.PRESET_CALL, command.preset)
    pan, tilt, zoom = _MOVES[command.move]
    return ptz.move(pan, tilt, zoom, command.speed, max(1, command.speed >> 4))
