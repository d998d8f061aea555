"""Long bodies wait to be read elsewhere, one at a time, so that a catalogue of 256 KiB delays nobody's SIP (S19).

Each peer has a budget of octets and items a second: who sends more waits, by TCP at its own end, by UDP unanswered.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.manscdp.codec import parse_message
from pinegate.protocols.manscdp.messages import CatalogNotify, CatalogResponse, Message
from pinegate.protocols.manscdp.xml import MalformedXml
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.schedule import Deadline, Schedule
from pinegate.protocols.sip.transactions import ServerKey, server_key

LONG_BODY = 2_048
"""Octets; what is shorter costs less to read (1 ms at worst) than to hand over."""
BYTES_A_SECOND = 4 << 20
ITEMS_A_SECOND = 20_000
"""What costs a quarter of a core at most; a catalogue of a whole city comes in seconds."""
MOST_WAITING = 1 << 20
"""Octets of one peer; beyond, nothing more is read from its connection, and its datagrams are not answered."""
_MOST_WAITING_IN_ALL = 64 << 20
_STILL_ARRIVING = 2 << 20
"""What a connection may hold when it is told to wait."""


@dataclass(frozen=True, slots=True)
class BodyRead:
    """What is in a body, and what was overlooked in it."""

    message: Message | MalformedXml
    deviations: frozenset[Deviation]

    @property
    def items(self) -> int:
        match self.message:
            case CatalogResponse():
                return len(self.message.items) + self.message.skipped
            case CatalogNotify():
                return len(self.message.items)
            case _:
                return 0


def read_body(body: bytes, limit: int) -> BodyRead:
    """Pure: may be called in another thread."""
    noted: set[Deviation] = set()
    return BodyRead(parse_message(body, limit, noted), frozenset(noted))


@dataclass(frozen=True, slots=True)
class LongBody:
    """One that waits. ``read`` may be called anywhere; its result is given back with it."""

    device_id: str
    request: Request
    flow: Flow
    limit: int

    def read(self) -> BodyRead:
        return read_body(self.request.body, self.limit)


@dataclass(slots=True)
class _Queue:
    bodies: deque[LongBody] = field(default_factory=deque[LongBody])
    octets: int = 0
    ready_at: float = 0.0


class LongBodies:
    """By turns, one of each peer. A timer of ``schedule`` comes when one that waited has budget again."""

    def __init__(self, schedule: Schedule) -> None:
        self._schedule = schedule
        self._queues: OrderedDict[Flow, _Queue] = OrderedDict()
        self._known: set[ServerKey] = set()
        self._octets = 0
        self._held: set[Flow] = set()
        self._holds: list[tuple[Flow, bool]] = []
        self._timer: Deadline | None = None

    def waits(self, request: Request, flow: Flow) -> bool:
        """Whether it waits already: a repeat."""
        return bool(self._known) and server_key(request, flow) in self._known

    def has_room(self, request: Request, flow: Flow) -> bool:
        """Whether its sender has not too much waiting; by UDP it sends again what is not answered."""
        queue = self._queues.get(flow)
        allowed = MOST_WAITING + (_STILL_ARRIVING if flow.transport == "tcp" else 0)
        size = len(request.body)
        waiting = 0 if queue is None else queue.octets
        return waiting + size <= allowed and self._octets + size <= _MOST_WAITING_IN_ALL

    def put(self, body: LongBody) -> None:
        """Queue it."""
        queue = self._queues.setdefault(body.flow, _Queue())
        size = len(body.request.body)
        self._known.add(server_key(body.request, body.flow))
        queue.bodies.append(body)
        queue.octets += size
        self._octets += size
        if body.flow.transport == "tcp" and queue.octets >= MOST_WAITING and body.flow not in self._held:
            self._held.add(body.flow)
            self._holds.append((body.flow, True))

    def next(self, now: float) -> LongBody | None:
        """The next to be read; it stays known, against repeats, until it is ``done``."""
        due = [queue.ready_at for queue in self._queues.values() if queue.bodies]
        if not due:
            return None
        if min(due) > now:
            self._sleep(min(due))
            return None
        flow = next(flow for flow, queue in self._queues.items() if queue.bodies and queue.ready_at <= now)
        self._queues.move_to_end(flow)
        return self._queues[flow].bodies.popleft()

    def done(self, body: LongBody, read: BodyRead, now: float) -> None:
        """It was read: its sender pays for it."""
        size = len(body.request.body)
        self._known.discard(server_key(body.request, body.flow))
        self._octets -= size
        queue = self._queues[body.flow]
        queue.octets -= size
        cost = max(size / BYTES_A_SECOND, read.items / ITEMS_A_SECOND)
        queue.ready_at = max(queue.ready_at, now - 1.0) + cost
        if body.flow in self._held and queue.octets < MOST_WAITING // 2:
            self._held.discard(body.flow)
            self._holds.append((body.flow, False))
        self._forget_idle(now)

    def holds(self) -> list[tuple[Flow, bool]]:
        """Connections to be read no more (True), or again (False), since the last call."""
        holds, self._holds = self._holds, []
        return holds

    def connection_lost(self, flow: Flow) -> None:
        self._held.discard(flow)

    def _forget_idle(self, now: float) -> None:
        for flow, queue in list(self._queues.items()):
            if queue.octets or queue.ready_at > now:
                return
            del self._queues[flow]

    def _sleep(self, until: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._schedule.at(until, lambda _: None)
