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


def test_several_clips_are_made_by_other_processes(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    assert (
        ClipCache(tmp_path).prepare([Drawn("a"), Drawn("b"), Drawn("c")], lambda *step: told.append(step))
        == 3
    )
    assert told == sorted(set(told))  # two that end together are told together
    assert (told[0], told[-1]) == ((0, 3), (3, 3))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.clip", "b.clip", "c.clip"]


def test_making_can_be_abandoned(tmp_path: Path) -> None:
    cache = ClipCache(tmp_path)

    def give_up(done: int, total: int) -> None:
        cache.abandon()

    cache.prepare([Drawn(str(number)) for number in range(40)], give_up)
    assert 1 <= len(list(tmp_path.iterdir())) < 10
