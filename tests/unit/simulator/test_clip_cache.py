from dataclasses import dataclass
from pathlib import Path

from tests.unit.simulator.small_clips import small_clip

from pinegate_simulator.clip import Clip
from pinegate_simulator.clip_cache import ClipCache


@dataclass(frozen=True)
class Drawn:
    digest: str

    def make(self) -> Clip:
        return small_clip()


class Forbidden(Drawn):
    def make(self) -> Clip:
        raise AssertionError("made twice")


def test_a_clip_is_made_once_and_then_read_from_disk(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    assert ClipCache(tmp_path).prepare([Drawn("a"), Drawn("a")], lambda *step: told.append(step)) == 1
    assert told == [(0, 1), (1, 1)]
    assert ClipCache(tmp_path).prepare([Forbidden("a")]) == 0
    assert ClipCache(tmp_path).load(Forbidden("a")) == small_clip()


def test_a_damaged_file_in_the_cache_is_made_anew(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)
    cache.prepare([Drawn("a")])
    (tmp_path / "a.clip").write_bytes(b"cut short")
    assert cache.load(Drawn("a")) == small_clip()
    assert ClipCache(tmp_path).load(Forbidden("a")) == small_clip()
