"""When a device's catalogue is asked for again: in a while, or soon after it hinted that something changed."""

import heapq
from collections.abc import Callable

REFRESH_SECONDS = 3_600.0
LEAST_SECONDS = 60.0
"""Between two queries of one device, however often it hints."""
_RESTORED_SECONDS = 300.0
"""Within them all devices that came back with us are asked: not together, for they may be 50,000."""
_GATHER_SECONDS = 2.0
"""Changes come in bursts."""


class CatalogueRefresh:
    """``spread``: a number from 0 to 1, so that devices that registered together are not asked together."""

    def __init__(self, spread: Callable[[], float]) -> None:
        self._spread = spread
        self._asked: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._queue: list[tuple[float, str]] = []

    def asked(self, device_code: str, now: float) -> None:
        """Its catalogue was asked for."""
        self._asked[device_code] = now
        self._put(device_code, now + REFRESH_SECONDS * (0.75 + self._spread() / 2))

    def restored(self, device_code: str, now: float) -> None:
        """It is here as before our start; what changed meanwhile nobody told us."""
        self._asked[device_code] = now
        self._put(device_code, now + _RESTORED_SECONDS * self._spread())

    def hinted(self, device_code: str, now: float) -> None:
        """Something changed, and nobody can say what."""
        if device_code in self._asked:
            soon = max(now + _GATHER_SECONDS, self._asked[device_code] + LEAST_SECONDS)
            if soon < self._due[device_code]:
                self._put(device_code, soon)

    def gone(self, device_code: str) -> None:
        """The device is offline."""
        self._asked.pop(device_code, None)
        self._due.pop(device_code, None)

    def due(self, now: float) -> list[str]:
        """Who is to be asked now; each once, and then when ``asked`` says."""
        ready: list[str] = []
        while self._queue and self._queue[0][0] <= now:
            at, code = heapq.heappop(self._queue)
            if self._due.get(code) == at:
                self._due[code] = float("inf")
                ready.append(code)
        return ready

    def _put(self, device_code: str, at: float) -> None:
        self._due[device_code] = at
        heapq.heappush(self._queue, (at, device_code))
        if len(self._queue) > 64 + 4 * len(self._due):
            self._queue = [(due, code) for code, due in self._due.items()]
            heapq.heapify(self._queue)
