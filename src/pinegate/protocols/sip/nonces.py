"""Server nonces: ours, short-lived, never replayed (S14).

A nonce is ``expiry, salt, HMAC(expiry, salt, host)`` in 32 hexadecimal digits (old devices have small
buffers). Issuing one costs no memory, so unauthenticated floods cannot fill any; only a nonce that carried a
right password is remembered, until it expires, with its last count.
"""

import hashlib
import hmac
from collections.abc import Callable
from enum import Enum, auto

from pinegate.protocols.sip.flow import Flow


class NonceCheck(Enum):
    """What to do with a nonce. ``STALE``: ours, but to be renewed (the peer may try again without a
    person: RFC 7616 3.3, ``stale``).
    """

    GOOD = auto()
    STALE = auto()
    FOREIGN = auto()


class NonceBook:
    """Issues and checks nonces. ``lifetime`` in seconds; ``capacity``: used nonces remembered.

    When ``capacity`` is reached the key is renewed: every nonce out there becomes stale, none can be
    replayed.
    """

    def __init__(
        self, random_bytes: Callable[[int], bytes], lifetime: float = 300.0, capacity: int = 131_072
    ) -> None:
        self._random_bytes = random_bytes
        self._key = random_bytes(32)
        self._lifetime = lifetime
        self._capacity = capacity
        self._used: dict[str, tuple[float, int, Flow]] = {}

    def issue(self, flow: Flow, now: float) -> str:
        """A nonce for the host of ``flow`` only; hexadecimal."""
        head = f"{int(now + self._lifetime) & 0xFFFFFFFF:08x}{self._random_bytes(4).hex()}"
        return head + self._seal(head, flow)

    def check(self, nonce: str, count: int | None, flow: Flow, now: float) -> NonceCheck:
        """Whether ``nonce`` (with ``nc`` = ``count``, ``None`` without qop) may be used by ``flow`` at
        ``now``.

        Without qop a nonce serves once. With qop ``nc`` must rise (RFC 7616 3.4), and a second use must come from the
        same flow: a device that moved is challenged again.
        """
        head, seal = nonce[:16], nonce[16:]
        if not nonce.isascii() or not hmac.compare_digest(seal, self._seal(head, flow)):
            return NonceCheck.FOREIGN
        if int(head[:8], 16) < now:
            return NonceCheck.STALE
        used = self._used.get(nonce)
        if used is None:
            return NonceCheck.GOOD
        _, last, last_flow = used
        rising = count is not None and last >= 0 and count > last
        return NonceCheck.GOOD if rising and flow == last_flow else NonceCheck.STALE

    def spend(self, nonce: str, count: int | None, flow: Flow, now: float) -> None:
        """Remember that ``nonce`` carried a right password, so that this count never works again."""
        self._forget(now)
        if len(self._used) >= self._capacity:
            self._used.clear()
            self._key = self._random_bytes(32)
            return
        self._used[nonce] = (int(nonce[:8], 16), -1 if count is None else count, flow)

    def _forget(self, now: float) -> None:
        """Drop expired nonces from the oldest on; a few a call, so that nobody waits for a sweep."""
        for _ in range(4):
            oldest = next(iter(self._used), None)
            if oldest is None or self._used[oldest][0] >= now:
                return
            del self._used[oldest]

    def _seal(self, head: str, flow: Flow) -> str:
        text = f"{head} {flow.host}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._key, text, hashlib.sha256).hex()[:16]
