"""Every kept input of the fuzzers, past crashes among them, is taken without a fault of ours."""

import random
from pathlib import Path

import pytest
from tests.fuzz.__main__ import crash_of, fuzz, mutate
from tests.fuzz.targets import TARGETS, corpus_of


@pytest.mark.parametrize("name", TARGETS)
def test_no_kept_input_crashes_its_parser(name: str) -> None:
    corpus = corpus_of(name)
    assert corpus
    for path in corpus:
        assert crash_of(TARGETS[name], path.read_bytes()) is None, path


def test_a_crash_is_told_with_its_traceback() -> None:
    def raises(data: bytes) -> None:
        raise IndexError(data)

    assert "IndexError: b'x'" in (crash_of(raises, b"x") or "")


def test_an_input_that_crashes_is_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def raises(data: bytes) -> None:
        raise ValueError

    monkeypatch.setitem(TARGETS, "sdp", raises)
    tried, kept = fuzz("sdp", tmp_path, 0.05, random.Random(1))
    assert tried >= 1
    assert kept == list(tmp_path.iterdir())
    assert len(kept) == 1


def test_the_same_seed_goes_the_same_way() -> None:
    seeds = [path.read_bytes() for path in corpus_of("sdp")]
    one, other = ([mutate(dice, seeds) for _ in range(50)] for dice in (random.Random(1), random.Random(1)))
    assert one == other
    assert len(set(one)) > 40


def test_what_the_fuzzer_keeps_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.CORPORA", tmp_path)
    (tmp_path / "sdp").mkdir()
    (tmp_path / "sdp" / "crash_0123").write_bytes(b"v=0")
    assert [path.name for path in corpus_of("sdp")] == ["crash_0123"]
