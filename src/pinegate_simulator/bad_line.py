"""A line that loses, reorders and delays packets, as the networks do on which cameras really stand."""

import heapq
from typing import Final

from numpy.random import Generator

_OVERTAKEN_SECONDS: Final = 0.02
"""How much later a reordered packet arrives than its turn: behind those sent meanwhile."""


class BadLine:
    """``loss``, ``reorder``: shares 0–1 of packets. ``delay``: seconds that a packet takes at most; each its own time,
    but in order. Times are the owner's.
    """

    def __init__(self, loss: float, reorder: float, delay: float, random: Generator) -> None:
        self._loss = loss
        self._reorder = reorder
        self._delay = delay
        self._random = random
        self._under_way: list[tuple[float, int, bytes]] = []
        self._number = 0
        self._latest = float("-inf")

    @property
    def next_arrival(self) -> float | None:
        """When ``carry`` has something to hand out again, if nothing is sent before."""
        return self._under_way[0][0] if self._under_way else None

    def carry(self, packets: list[bytes], now: float) -> list[bytes]:
        """Take what is sent now; answer what arrives now."""
        if self._loss and packets:
            kept = self._random.random(len(packets)) >= self._loss
            packets = [packet for packet, keep in zip(packets, kept, strict=True) if keep]
        if not self._reorder and not self._delay:
            return packets
        for packet in packets:
            self._latest = max(self._latest, now + self._delay * self._random.random())
            overtaken = self._random.random() < self._reorder
            arrival = self._latest + (_OVERTAKEN_SECONDS if overtaken else 0.0)
            heapq.heappush(self._under_way, (arrival, self._number, packet))
            self._number += 1
        arrived: list[bytes] = []
        while self._under_way and self._under_way[0][0] <= now:
            arrived.append(heapq.heappop(self._under_way)[2])
        return arrived
