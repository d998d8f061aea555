"""PTZCmd: the handbook's vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.manscdp.ptz import STOP, PtzCode, PtzInstruction, decode, encode, move, preset

VECTORS = {
    "A50F0101400000F6": move(pan=1, speed=0x40),
    "A50F0108004000FD": move(tilt=1, speed=0x40),
    "A50F011000005015": move(zoom=1, zoom_speed=5),
    "A50F01292020506E": move(pan=1, tilt=1, zoom=-1, speed=0x20, zoom_speed=5),
    "A50F0100000000B5": STOP,
    "A50F018100030039": preset(PtzCode.PRESET_SET, 3),
    "A50F01820003003A": preset(PtzCode.PRESET_CALL, 3),
    "A50F01840103003D": PtzInstruction(PtzCode.CRUISE_ADD, 1, 3),
    "A50F0187012C1079": PtzInstruction(PtzCode.CRUISE_DWELL, 1, 300 & 0xFF, 300 >> 8),
    "A50F018C01000042": PtzInstruction(PtzCode.SWITCH_ON, 1),
}


@pytest.mark.parametrize("text", VECTORS)
def test_a_vector_of_the_handbook_both_ways(text: str) -> None:
    assert encode(VECTORS[text]) == text
    assert decode(text) == VECTORS[text]


def test_a_command_tells_its_direction() -> None:
    command = decode("A50F01292020506E")
    assert command is not None
    assert (command.pan, command.tilt, command.zoom) == (1, 1, -1)
    assert preset(PtzCode.PRESET_CALL, 9).pan == 0


@pytest.mark.parametrize(
    "text", ["", "A50F0101400000F7", "zz", "A50F01", "B50F010140000006", "A50F0101400000F6" * 2]
)
def test_a_damaged_command_is_none(text: str) -> None:
    assert decode(text) is None


@given(
    st.integers(0, 255), st.integers(0, 255), st.integers(0, 255), st.integers(0, 15), st.integers(0, 4095)
)
def test_every_command_round_trips(code: int, d1: int, d2: int, d3: int, address: int) -> None:
    command = PtzInstruction(code, d1, d2, d3, address)
    assert decode(encode(command)) == command


def test_our_own_misuse_raises() -> None:
    with pytest.raises(ValueError, match="preset"):
        preset(PtzCode.PRESET_CALL, 0)
    with pytest.raises(ValueError, match="-1, 0 or 1"):
        move(pan=2)
    with pytest.raises(ValueError, match="bits"):
        encode(move(pan=1, speed=256))
