"""One timetable for everything that is sent: each stream says when it wants its next turn."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Final

_TICK: Final = 0.002

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


class TimetableLoop:
    """Runs a timetable in the running event loop, on its clock; sleeps while nothing is due."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timetable = Timetable()
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> float:
        return self._loop.time()

    def add(self, turn: Turn, when: float) -> None:
        self._timetable.add(turn, when)
        self._set_timer()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _set_timer(self) -> None:
        self.close()
        due = self._timetable.next_time
        if due is not None:
            # Turns a moment apart share one wake-up: with a hundred cameras that halves the idle cost.
            self._timer = self._loop.call_at(max(due, self.now() + _TICK), self._fire)

    def _fire(self) -> None:
        self._timetable.run(self.now())
        self._set_timer()
