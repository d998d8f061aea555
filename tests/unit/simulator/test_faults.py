from typing import Any

import pytest

from pinegate_simulator.faults import Faults, without_program_stream_map


def test_the_program_stream_map_is_cut_out_by_its_length() -> None:
    pack = b"\x00\x00\x01\xbaHEAD" + b"\x00\x00\x01\xbc\x00\x03abc" + b"\x00\x00\x01\xe0video"
    assert without_program_stream_map(pack) == b"\x00\x00\x01\xbaHEAD\x00\x00\x01\xe0video"


def test_a_pack_without_one_stays_as_it_is() -> None:
    assert without_program_stream_map(b"\x00\x00\x01\xbaHEAD") == b"\x00\x00\x01\xbaHEAD"


@pytest.mark.parametrize(
    "wrong",
    [{"loss": 1.1}, {"loss": -0.1}, {"reorder": 1.1}, {"delay": -1}, {"answer": 200}, {"answer": 700}],
)
def test_impossible_faults_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Faults(**wrong)
