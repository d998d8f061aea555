"""The transaction layer: retransmission, absorption of repeats, matching, time-outs (RFC 3261 section
17).
"""

import heapq
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import count

from pinegate.protocols.sip.flow import Flow, Transmit
from pinegate.protocols.sip.message import Headers, Request, Response
from pinegate.protocols.sip.transaction_tables import (
    T1,
    T2,
    TABLES,
    TIMERS,
    Action,
    Happening,
    Kind,
    State,
    Timer,
)

ResponseHandler = Callable[[Response | None, float], None]
"""Called with each response for the transaction's user, or ``None`` on time-out or loss, and the time."""

ServerKey = tuple[str, str, str, str, int, Flow]

_MOST_REFUSALS = 8_192

_FIRED = {
    Timer.RETRANSMIT: Happening.RETRANSMIT,
    Timer.GIVE_UP: Happening.GIVE_UP,
    Timer.LINGER: Happening.LINGER_OVER,
}


class ClientTransaction:
    """A request of ours on its way."""

    __slots__ = ("_wire", "flow", "handler", "interval", "kind", "request", "state")

    def __init__(self, request: Request, flow: Flow, handler: ResponseHandler) -> None:
        invite = request.method == "INVITE"
        self.kind = Kind.CLIENT_INVITE if invite else Kind.CLIENT_OTHER
        self.state = State.CALLING if invite else State.TRYING
        self.request = request
        self.flow = flow
        self.handler = handler
        self.interval = T1
        self._wire = request.serialise()

    @property
    def key(self) -> tuple[str, str]:
        """Branch and method (RFC 3261 17.1.3)."""
        return self.request.via.branch, self.request.method

    @property
    def wire(self) -> bytes:
        """The request as sent."""
        return self._wire


class ServerTransaction:
    """A peer's request that we answer."""

    __slots__ = ("flow", "interval", "key", "kind", "state", "wire")

    def __init__(self, request: Request, flow: Flow, key: ServerKey) -> None:
        invite = request.method == "INVITE"
        self.kind = Kind.SERVER_INVITE if invite else Kind.SERVER_OTHER
        self.state = State.PROCEEDING if invite else State.TRYING
        self.flow = flow
        self.key = key
        self.interval = T1
        self.wire = b""


Transaction = ClientTransaction | ServerTransaction


def server_key(request: Request, flow: Flow) -> ServerKey:
    """Branch, sent-by and method (RFC 3261 17.2.3), ACK and CANCEL aside, plus what keeps strangers apart.

    Call-ID and CSeq help with peers whose branches are poor; the flow keeps two devices with the same
    private address behind different NATs, or a forger, from hitting another's transaction.
    """
    via = request.via
    method = "INVITE" if request.method == "ACK" else request.method  # RFC 3261 17.2.3
    return via.branch, via.sent_by, method, request.call_id, request.cseq[0], flow


class TransactionLayer:
    """All transactions of one endpoint. ``outbox`` collects what is to be sent.

    ``capacity`` bounds clients and servers each. When servers are full, the oldest gives way: at worst a
    request is handled twice, never is memory without bound.
    """

    def __init__(self, capacity: int = 32_768) -> None:
        self.outbox: deque[Transmit] = deque()
        self._capacity = capacity
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._clients_of: dict[Flow, set[ClientTransaction]] = {}
        self._servers: dict[ServerKey, ServerTransaction] = {}
        self._refusals: OrderedDict[ServerKey, tuple[float, Headers, bytes]] = OrderedDict()
        self._timers: list[tuple[float, int, Transaction, Timer]] = []
        self._order = count()

    def send_request(self, request: Request, flow: Flow, handler: ResponseHandler, now: float) -> bool:
        """Start a client transaction (not for ACK). False when there are too many: nothing was sent."""
        if len(self._clients) >= self._capacity:
            return False
        transaction = ClientTransaction(request, flow, handler)
        self._clients[transaction.key] = transaction
        self._clients_of.setdefault(flow, set()).add(transaction)
        self.outbox.append(Transmit(transaction.wire, flow))
        self._start_timers(transaction, now)
        return True

    def receive_response(self, response: Response, flow: Flow, now: float) -> bool:
        """Give a response to its transaction; False when there is none (a stray, or a forgery)."""
        transaction = self._clients.get((response.via.branch, response.cseq[1]))
        if transaction is None or transaction.flow.transport != flow.transport:
            return False
        self._step(transaction, _of_status(response.status), now, response)
        return True

    def absorb(self, request: Request, flow: Flow, now: float) -> bool:
        """True when ``request`` repeats one that we know (or acknowledges our refusal): it is dealt
        with.
        """
        key = server_key(request, flow)
        transaction = self._servers.get(key)
        if transaction is None:
            return self._repeat_refusal(request, key, now)
        if request.method == "ACK":
            if transaction.state is State.ACCEPTED:  # RFC 6026 7.1: the ACK of a 2xx goes up
                return False
            self._step(transaction, Happening.ACK, now)
            return True
        self._step(transaction, Happening.REQUEST, now)
        return True

    def keep_refusal(self, request: Request, flow: Flow, wire: bytes, now: float) -> None:
        """Answer the repeats of ``request`` with ``wire`` for as long as they may come (timer J: RFC 3261 17.2.2).

        A place among the last few, without timers: strangers push each other out, and nobody else.
        """
        self._refusals[server_key(request, flow)] = (now + 64 * T1, request.headers, wire)
        while len(self._refusals) > _MOST_REFUSALS:
            self._refusals.popitem(last=False)

    def _repeat_refusal(self, request: Request, key: ServerKey, now: float) -> bool:
        """Only of the very same request: a device that started anew may count its branches from the beginning."""
        kept = self._refusals.get(key)
        if kept is None or kept[0] <= now or kept[1].entries != request.headers.entries:
            return False
        self.outbox.append(Transmit(kept[2], key[-1]))
        return True

    def accept(self, request: Request, flow: Flow, now: float) -> ServerTransaction:
        """Start a server transaction for a request that ``absorb`` did not know."""
        if len(self._servers) >= self._capacity:
            oldest = next(iter(self._servers.values()))
            self._terminate(oldest)
        transaction = ServerTransaction(request, flow, server_key(request, flow))
        self._servers[transaction.key] = transaction
        return transaction

    def respond(self, transaction: ServerTransaction, response: Response, now: float) -> None:
        """Send a response by its transaction; without effect when that is over."""
        self._step(transaction, _of_status(response.status), now, response)

    def find_invite(self, cancel: Request, flow: Flow) -> ServerTransaction | None:
        """The INVITE that a CANCEL means (RFC 3261 9.2): same branch, sent-by, Call-ID, CSeq number, and
        source.
        """
        key = server_key(cancel, flow)
        return self._servers.get((key[0], key[1], "INVITE", *key[3:]))

    def abandon(self, request: Request) -> None:
        """Forget a request of ours: nobody waits any more (a cancelled INVITE without end, RFC 3261 9.1)."""
        transaction = self._clients.get((request.via.branch, request.method))
        if transaction is not None:
            self._terminate(transaction)

    def drop_flow(self, flow: Flow, now: float) -> None:
        """The connection is gone: its client transactions fail at once (RFC 3261 17.1.4)."""
        for transaction in list(self._clients_of.get(flow, ())):
            self._terminate(transaction)
            transaction.handler(None, now)

    def next_timer(self) -> float | None:
        """When ``handle_timer`` is to be called."""
        while self._timers and self._timers[0][2].state is State.TERMINATED:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def handle_timer(self, now: float) -> None:
        """Fire all timers that are due."""
        while self._timers and self._timers[0][0] <= now:
            _, _, transaction, timer = heapq.heappop(self._timers)
            state = transaction.state
            if state is not State.TERMINATED:
                self._step(transaction, _FIRED[timer], now)
            if timer is Timer.RETRANSMIT and transaction.state is state:
                self._back_off(transaction, now)

    def _back_off(self, transaction: Transaction, now: float) -> None:
        if (transaction.state, Happening.RETRANSMIT) not in TABLES[transaction.kind]:
            return
        if transaction.state is State.PROCEEDING:
            transaction.interval = T2  # RFC 3261 17.1.2.2: timer E in Proceeding
        elif transaction.kind is Kind.CLIENT_INVITE:
            transaction.interval *= 2  # RFC 3261 17.1.1.2: timer A has no upper limit
        else:
            transaction.interval = min(2 * transaction.interval, T2)  # RFC 3261 17.1.2.2 (E), 17.2.1 (G)
        self._start(transaction, Timer.RETRANSMIT, now + transaction.interval)

    def _step(
        self, transaction: Transaction, happening: Happening, now: float, response: Response | None = None
    ) -> None:
        step = TABLES[transaction.kind].get((transaction.state, happening))
        if step is None:
            return
        state, actions = step
        entered = state is not transaction.state
        transaction.state = state
        if entered:
            self._start_timers(transaction, now)
        for action in actions:
            self._act(transaction, action, response, now)
        if transaction.state is State.TERMINATED:
            self._terminate(transaction)

    def _act(self, transaction: Transaction, action: Action, response: Response | None, now: float) -> None:
        if isinstance(transaction, ServerTransaction):
            if action is Action.SEND and response is not None:
                transaction.wire = response.serialise()
            if transaction.wire:
                self.outbox.append(Transmit(transaction.wire, transaction.flow))
        elif action is Action.SEND:
            self.outbox.append(Transmit(transaction.wire, transaction.flow))
        elif action is Action.ACK and response is not None:
            ack = ack_to_refusal(transaction.request, response)
            self.outbox.append(Transmit(ack.serialise(), transaction.flow))
        else:
            transaction.handler(response, now)

    def _start_timers(self, transaction: Transaction, now: float) -> None:
        reliable = transaction.flow.transport == "tcp"
        for timer, seconds, always in TIMERS.get((transaction.kind, transaction.state), ()):
            if always or not reliable:
                self._start(transaction, timer, now + seconds)
            elif timer is Timer.LINGER:
                transaction.state = State.TERMINATED

    def _start(self, transaction: Transaction, timer: Timer, deadline: float) -> None:
        if len(self._timers) > 4 * (len(self._clients) + len(self._servers)) + 1024:
            self._timers = [entry for entry in self._timers if entry[2].state is not State.TERMINATED]
            heapq.heapify(self._timers)
        heapq.heappush(self._timers, (deadline, next(self._order), transaction, timer))

    def _terminate(self, transaction: Transaction) -> None:
        transaction.state = State.TERMINATED
        if isinstance(transaction, ServerTransaction):
            self._servers.pop(transaction.key, None)
            return
        self._clients.pop(transaction.key, None)
        others = self._clients_of.get(transaction.flow, set())
        others.discard(transaction)
        if not others:
            self._clients_of.pop(transaction.flow, None)


def _of_status(status: int) -> Happening:
    if status < 200:
        return Happening.PROVISIONAL
    return Happening.SUCCESS if status < 300 else Happening.REFUSAL


def ack_to_refusal(invite: Request, response: Response) -> Request:
    """ACK for a final answer of 300–699: same branch, To of the answer (RFC 3261 17.1.1.3)."""
    headers = Headers()
    headers.add("Via", invite.headers.get("via") or "")
    headers.add("From", invite.headers.get("from") or "")
    headers.add("To", response.headers.get("to") or "")
    headers.add("Call-ID", invite.call_id)
    headers.add("CSeq", f"{invite.cseq[0]} ACK")
    for key, name, value in invite.headers.entries:
        if key == "route":
            headers.add(name, value)
    headers.add("Max-Forwards", "70")
    headers.add("Content-Length", "0")
    return Request("ACK", invite.uri, headers)


def cancel_of(invite: Request) -> Request:
    """CANCEL of an INVITE that had a provisional answer (RFC 3261 9.1)."""
    headers = Headers()
    for name in ("Via", "From", "To", "Call-ID"):
        headers.add(name, invite.headers.get(name.lower()) or "")
    headers.add("CSeq", f"{invite.cseq[0]} CANCEL")
    headers.add("Max-Forwards", "70")
    headers.add("Content-Length", "0")
    return Request("CANCEL", invite.uri, headers)
