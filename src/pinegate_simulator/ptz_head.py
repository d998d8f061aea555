"""Where a camera that turns is looking: moved by PTZ commands, remembered by presets, brought home when left alone."""

import math
from typing import Final, NamedTuple

from pinegate.protocols.manscdp.ptz import PtzCode, PtzInstruction


class View(NamedTuple):
    """``pan``/``tilt``: picture widths to the right and heights down from home; ``zoom``: 1 (wide) to 8."""

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0


HOME: Final = View()

_MAX_ZOOM: Final = 8.0
_MAX_TILT: Final = 0.5
_FULL_TURN: Final = 2.0
_TURN_RATE: Final = 1.2
"""Picture widths a second at the greatest speed (255)."""

_ZOOM_RATE: Final = 1.6
"""Natural logarithm of zoom a second at the greatest speed (15)."""

_TRAVEL: Final = 1.0
_PATIENCE: Final = 60.0
"""Seconds without a command after which the camera goes home (守望位)."""


class PtzHead:
    """One camera's head. Times in seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.presets: dict[int, View] = {}
        self._from = HOME
        self._since = 0.0
        self._motion = PtzInstruction(PtzCode.STOP)
        self._target: View | None = None

    def apply(self, command: PtzInstruction, now: float) -> None:
        """Carry out movement and preset commands; others (iris, focus, cruises) change nothing that is seen."""
        view = self.view(now)
        if command.is_movement:
            self._start(view, now, command, None)
        elif command.code == PtzCode.PRESET_SET:
            self.presets[command.d2] = view
        elif command.code == PtzCode.PRESET_DELETE:
            self.presets.pop(command.d2, None)
        elif command.code == PtzCode.PRESET_CALL and command.d2 in self.presets:
            self._start(view, now, PtzInstruction(PtzCode.STOP), self.presets[command.d2])

    def view(self, now: float) -> View:
        """Where the camera looks at ``now``."""
        if now - self._since > _PATIENCE:
            left = self._moved(_PATIENCE)
            return _between(left, HOME, (now - self._since - _PATIENCE) / _TRAVEL)
        return self._moved(now - self._since)

    def _start(self, view: View, now: float, motion: PtzInstruction, target: View | None) -> None:
        self._from, self._since, self._motion, self._target = view, now, motion, target

    def _moved(self, seconds: float) -> View:
        if self._target is not None:
            return _between(self._from, self._target, seconds / _TRAVEL)
        motion = self._motion
        turn = _TURN_RATE * seconds / self._from.zoom / 255
        zoom = self._from.zoom * math.exp(motion.zoom * _ZOOM_RATE * seconds * max(1, motion.d3) / 15)
        tilt = self._from.tilt - motion.tilt * turn * motion.d2
        pan = self._from.pan + motion.pan * turn * motion.d1
        return View(
            math.remainder(pan, _FULL_TURN),
            min(_MAX_TILT, max(-_MAX_TILT, tilt)),
            min(_MAX_ZOOM, max(1.0, zoom)),
        )


def _between(start: View, end: View, share: float) -> View:
    if share >= 1:
        return end
    eased = share * share * (3 - 2 * share)
    return View(*(a + (b - a) * eased for a, b in zip(start, end, strict=True)))
