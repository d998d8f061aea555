"""The eight bytes of ``PTZCmd`` (GB/T 28181-2022 annex A.3): movement, zoom, iris, focus, presets, cruise,
scan, switches.

Layout: ``A5 0F addr cmd d1 d2 (d3 << 4 | addr high) checksum``, as sixteen hexadecimal digits; the
checksum is the sum of the first seven bytes modulo 256.
"""

from dataclasses import dataclass
from enum import IntEnum

_FIRST, _SECOND = 0xA5, 0x0F  # A.3.1
# A.3.2.
_LEFT, _RIGHT, _DOWN, _UP = 0x02, 0x01, 0x04, 0x08
_ZOOM_IN, _ZOOM_OUT = 0x10, 0x20


class PtzCode(IntEnum):
    """Command bytes that are not a combination of movement bits."""

    STOP = 0x00
    # A.3.3.
    FOCUS_FAR = 0x41
    FOCUS_NEAR = 0x42
    IRIS_OPEN = 0x44
    IRIS_CLOSE = 0x48
    # A.3.4.
    PRESET_SET = 0x81
    PRESET_CALL = 0x82
    PRESET_DELETE = 0x83
    # A.3.5.
    CRUISE_ADD = 0x84
    CRUISE_DELETE = 0x85
    CRUISE_SPEED = 0x86
    CRUISE_DWELL = 0x87
    CRUISE_START = 0x88
    # A.3.6.
    SCAN = 0x89
    SCAN_SPEED = 0x8A
    # A.3.7.
    SWITCH_ON = 0x8C
    SWITCH_OFF = 0x8D


@dataclass(frozen=True, slots=True)
class PtzInstruction:
    """One command as its bytes mean it: ``code`` 0–255, ``d1``/``d2`` 0–255, ``d3`` 0–15, ``address``
    0–4095.

    For movement (``is_movement``): ``d1`` is the pan speed, ``d2`` the tilt speed, ``d3`` the zoom speed,
    and the properties tell the direction. For presets ``d2`` is the preset's number (1–255).
    """

    code: int
    d1: int = 0
    d2: int = 0
    d3: int = 0
    address: int = 1

    @property
    def is_movement(self) -> bool:
        """True for pan, tilt, zoom and stop."""
        return self.code < 0x40

    @property
    def pan(self) -> int:
        """-1 left, 0 none, 1 right."""
        return bool(self.code & _RIGHT) - bool(self.code & _LEFT) if self.is_movement else 0

    @property
    def tilt(self) -> int:
        """-1 down, 0 none, 1 up."""
        return bool(self.code & _UP) - bool(self.code & _DOWN) if self.is_movement else 0

    @property
    def zoom(self) -> int:
        """-1 out (wide), 0 none, 1 in (tele)."""
        return bool(self.code & _ZOOM_IN) - bool(self.code & _ZOOM_OUT) if self.is_movement else 0


def move(
    pan: int = 0, tilt: int = 0, zoom: int = 0, speed: int = 0x20, zoom_speed: int = 5
) -> PtzInstruction:
    """Movement: each direction -1, 0 or 1 as in :class:`PtzInstruction`; ``speed`` 0–255, ``zoom_speed`` 0–15.

    All zero is stop. A speed is sent only on the axes that move. Raises ``ValueError`` out of range.
    """
    if not all(-1 <= direction <= 1 for direction in (pan, tilt, zoom)):
        raise ValueError("pan, tilt and zoom are -1, 0 or 1")
    code = {-1: _LEFT, 0: 0, 1: _RIGHT}[pan]
    code |= {-1: _DOWN, 0: 0, 1: _UP}[tilt]
    code |= {-1: _ZOOM_OUT, 0: 0, 1: _ZOOM_IN}[zoom]
    return PtzInstruction(code, speed if pan else 0, speed if tilt else 0, zoom_speed if zoom else 0)


STOP = PtzInstruction(PtzCode.STOP)


def preset(code: PtzCode, number: int) -> PtzInstruction:
    """Set, call or delete preset ``number`` (1–255); raises ``ValueError`` for anything else."""
    allowed = (PtzCode.PRESET_SET, PtzCode.PRESET_CALL, PtzCode.PRESET_DELETE)
    if code not in allowed or not 1 <= number <= 255:
        raise ValueError("a preset command with a number from 1 to 255 is needed")
    return PtzInstruction(code, 0, number)


def encode(command: PtzInstruction) -> str:
    """The sixteen hexadecimal digits of ``PTZCmd``; raises ``ValueError`` when a field does not fit its
    bits.
    """
    limits = (
        (command.code, 255),
        (command.d1, 255),
        (command.d2, 255),
        (command.d3, 15),
        (command.address, 4095),
    )
    if not all(0 <= value <= limit for value, limit in limits):
        raise ValueError("a PTZ field does not fit its bits")
    high = command.d3 << 4 | command.address >> 8
    octets = [_FIRST, _SECOND, command.address & 0xFF, command.code, command.d1, command.d2, high]
    return bytes([*octets, sum(octets) % 256]).hex().upper()


def decode(text: str) -> PtzInstruction | None:
    """The command, or ``None`` when it is not eight bytes of PTZ with a right checksum (a camera must not
    guess).
    """
    try:
        octets = bytes.fromhex(text.strip())
    except ValueError:
        return None
    if len(octets) != 8 or octets[0] != _FIRST or sum(octets[:7]) % 256 != octets[7]:
        return None
    return PtzInstruction(
        octets[3], octets[4], octets[5], octets[6] >> 4, octets[2] | (octets[6] & 0x0F) << 8
    )
