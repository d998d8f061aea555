"""What is to be done later: deadlines in a heap, the clock outside."""

import heapq
from collections.abc import Callable
from itertools import count


class Deadline:
    """One deadline. ``cancel`` makes it never fire."""

    __slots__ = ("callback",)

    def __init__(self, callback: Callable[[float], None]) -> None:
        self.callback: Callable[[float], None] | None = callback

    def cancel(self) -> None:
        """Without effect when it has fired."""
        self.callback = None


class Schedule:
    """All deadlines of one endpoint, in order of time."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Deadline]] = []
        self._order = count()

    def at(self, when: float, callback: Callable[[float], None]) -> Deadline:
        """Call ``callback(now)`` once, at ``when`` or as soon after as ``handle_timer`` is called."""
        deadline = Deadline(callback)
        heapq.heappush(self._heap, (when, next(self._order), deadline))
        return deadline

    def next_timer(self) -> float | None:
        """The next deadline."""
        while self._heap and self._heap[0][2].callback is None:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def handle_timer(self, now: float) -> None:
        """Fire what is due; what that schedules for ``now`` fires in the next call."""
        due: list[Deadline] = []
        while self._heap and self._heap[0][0] <= now:
            due.append(heapq.heappop(self._heap)[2])
        for deadline in due:
            callback = deadline.callback
            if callback is not None:
                deadline.callback = None
                callback(now)
