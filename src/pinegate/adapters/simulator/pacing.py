"""One timetable for everything that is sent: each stream says when it wants its next turn."""

import heapq
from collections.abc import Callable
from itertools import count

Turn = Callable[[float], float | None]
"""Does what is due at ``now`` and tells when it is due again (same clock), or ``None`` when it is over."""


class Timetable:
    """Turns in the order of their times. Knows no clock: the owner calls ``run(now)``."""

    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Turn]] = []
        self._order = count()

    def add(self, turn: Turn, when: float) -> None:
        heapq.heappush(self._waiting, (when, next(self._order), turn))

    @property
    def next_time(self) -> float | None:
        """When ``run`` has something to do, or ``None``."""
        return self._waiting[0][0] if self._waiting else None

    def run(self, now: float) -> None:
        """Give every turn that is due at ``now`` one go; one due again at once waits for the next run."""
        again: list[tuple[float, Turn]] = []
        while self._waiting and self._waiting[0][0] <= now:
            _, _, turn = heapq.heappop(self._waiting)
            when = turn(now)
            if when is not None:
                again.append((when, turn))
        for when, turn in again:
            self.add(turn, when)
