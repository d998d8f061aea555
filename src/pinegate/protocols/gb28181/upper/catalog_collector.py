"""A catalogue that comes in many messages: collected by (device, SN), merged by DeviceID.

GB/T 28181-2022 A.2.6.4 and annex M; what devices make of it: #1425, #1118 of WVP-GB28181-pro.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from pinegate.protocols.gb28181.upper.events import CatalogCompleted, CatalogProgress, QueryFailed, UpperEvent
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.messages import CatalogResponse
from pinegate.protocols.sip.schedule import Deadline, Schedule


@dataclass(slots=True)
class _Collection:
    device_id: str
    sn: int
    deadline: Deadline
    items: dict[str, CatalogItem] = field(default_factory=dict[str, CatalogItem])
    received: int = 0
    skipped: int = 0
    left_out: int = 0
    total: int = -1


class CatalogCollector:
    """Open catalogue queries. ``quiet``: seconds of silence after which a query ends; ``max_items`` of one query."""

    def __init__(
        self, schedule: Schedule, emit: Callable[[UpperEvent], None], quiet: float, max_items: int
    ) -> None:
        self._schedule = schedule
        self._emit = emit
        self._quiet = quiet
        self._max_items = max_items
        self._open: dict[tuple[str, int], _Collection] = {}

    def start(self, device_id: str, sn: int, now: float) -> None:
        """Expect answers to query ``sn`` from ``device_id``."""
        key = (device_id, sn)
        self._open[key] = _Collection(device_id, sn, self._schedule.at(now + self._quiet, self._expire(key)))

    def take(self, device_id: str, answer: CatalogResponse, now: float) -> bool:
        """One packet; False when nobody asked (or it is over)."""
        key = (device_id, answer.sn)
        collection = self._open.get(key)
        if collection is None:
            return False
        collection.total = answer.sum_num
        collection.received += len(answer.items) + answer.skipped
        collection.skipped += answer.skipped
        for item in answer.items:
            if item.device_id in collection.items or len(collection.items) < self._max_items:
                collection.items[item.device_id] = item
            else:
                collection.left_out += 1
        have = len(collection.items)
        if have + collection.skipped >= collection.total or have >= self._max_items:
            self._finish(key)
            return True
        collection.deadline.cancel()
        collection.deadline = self._schedule.at(now + self._quiet, self._expire(key))
        self._emit(CatalogProgress(device_id, answer.sn, have, collection.total))
        return True

    def fail(self, device_id: str, sn: int, status: int) -> None:
        """The query was refused, or not answered at all."""
        collection = self._open.pop((device_id, sn), None)
        if collection is not None:
            collection.deadline.cancel()
            self._emit(QueryFailed(device_id, sn, status))

    def drop_device(self, device_id: str) -> None:
        """The device is offline: what came is handed over as incomplete."""
        for key in [known for known in self._open if known[0] == device_id]:
            self._expire(key)(0.0)

    def _expire(self, key: tuple[str, int]) -> Callable[[float], None]:
        def over(_: float) -> None:
            collection = self._open.get(key)
            if collection is not None and collection.total < 0:
                self.fail(*key, 408)
            elif collection is not None:
                self._finish(key)

        return over

    def _finish(self, key: tuple[str, int]) -> None:
        collection = self._open.pop(key)
        collection.deadline.cancel()
        # The same code twice in one catalogue counts once in items, but the device counted it twice.
        complete = collection.received >= collection.total and not collection.left_out
        over_limit = not complete and len(collection.items) >= self._max_items
        items = tuple(collection.items.values())
        self._emit(CatalogCompleted(*key, items, complete, max(collection.total, len(items)), over_limit))
