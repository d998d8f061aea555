"""A cap on what strangers may ask of us: a token bucket per source host, bounded in number."""


class SourceLimiter:
    """``rate`` requests a second and ``burst`` at once per host; ``capacity`` hosts are remembered.

    When full, the host that was seen first gives way. What proved honest is paid back, so that any number of devices
    behind one address can register.
    """

    def __init__(self, rate: float = 50.0, burst: float = 500.0, capacity: int = 16_384) -> None:
        self._rate = rate
        self._burst = burst
        self._capacity = capacity
        self._buckets: dict[str, tuple[float, float]] = {}

    def allow(self, host: str, now: float) -> bool:
        """Take one token; False when there is none: the request is to be dropped unanswered."""
        tokens, since = self._buckets.pop(host, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        allowed = tokens >= 1
        if len(self._buckets) >= self._capacity:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[host] = (tokens - 1 if allowed else tokens, now)
        return allowed

    def pay_back(self, host: str, tokens: int) -> None:
        """The host proved a password: give back what that cost."""
        known = self._buckets.get(host)
        if known is not None:
            self._buckets[host] = (min(self._burst, known[0] + tokens), known[1])
