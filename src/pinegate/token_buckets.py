"""How often somebody may try: a token bucket for each key, in bounded memory, with time as argument.

It stands beside the domain, below both of its users: the use cases limit people, the codecs limit strangers, and
neither of the two may import the other. It knows nothing of either.
"""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """``burst`` attempts at once, then ``per_second`` on average, for each key.

    At most ``most_keys`` keys are remembered; the one longest unused is forgotten first, so that a flood of addresses
    costs memory for no more than that.
    """

    def __init__(self, *, burst: float, per_second: float, most_keys: int = 10_000) -> None:
        self._burst = float(burst)
        self._per_second = per_second
        self._most_keys = most_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def allow(self, key: str, now: float) -> bool:
        """Whether one more attempt by ``key`` is let through. ``now``: seconds of a clock that never goes back."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now)
        self._buckets[key] = bucket
        while len(self._buckets) > self._most_keys:
            self._buckets.popitem(last=False)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def seconds_to_next(self, key: str) -> float:
        """How long ``key``, which was just refused, has to wait; where ``per_second`` is not 0."""
        return (1 - self._buckets[key].tokens) / self._per_second

    def pay_back(self, key: str, tokens: int) -> None:
        """``key`` proved honest: give back what that cost, so that any number of devices behind one address can."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.tokens = min(self._burst, bucket.tokens + tokens)
