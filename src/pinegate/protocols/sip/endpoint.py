"""One SIP element without sockets: bytes in by flow, requests to its owner, bytes out by flow."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pinegate.protocols.sip.dialogs import Dialog
from pinegate.protocols.sip.faults import MalformedMessage
from pinegate.protocols.sip.flow import Flow, Transmit
from pinegate.protocols.sip.message import Headers, Request, Response, response_to
from pinegate.protocols.sip.parser import DEFAULT_LIMITS, Limits, StreamFramer, parse_message
from pinegate.protocols.sip.schedule import Schedule
from pinegate.protocols.sip.transactions import ResponseHandler, ServerTransaction, TransactionLayer

RequestHandler = Callable[[Request, Flow, float], None]
Content = tuple[str, bytes]
Fields = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are. ``user``: our code; ``domain``: behind the @ of our address; ``host``/``port``: Via and Contact."""

    user: str
    domain: str
    host: str
    port: int

    @property
    def address(self) -> str:
        """Our address of record, as From carries it (RFC 3261 8.1.1.3)."""
        return f"<sip:{self.user}@{self.domain}>"

    @property
    def contact(self) -> str:
        """Where we are reached (RFC 3261 8.1.1.8)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"<sip:{self.user}@{host}:{self.port}>"


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for our answer; its repeats wait with it (RFC 3261 17.2.2)."""

    request: Request
    transaction: ServerTransaction


def _ignore(response: Response | None, now: float) -> None:
    """Nobody waits for this answer."""


class SipEndpoint:
    """Parsing, transactions and time of one element; ``on_request`` gets every request that is new.

    ``limits`` hold for datagrams, ``stranger_limits`` for a connection until ``raise_limits``: what strangers can make
    us keep is these times the number of ``connections``.
    ``counters`` counts faults and strays by name, for metrics and a log of one line a second.
    """

    def __init__(
        self,
        identity: Identity,
        random_bytes: Callable[[int], bytes],
        on_request: RequestHandler,
        *,
        limits: Limits = DEFAULT_LIMITS,
        stranger_limits: Limits = DEFAULT_LIMITS,
        transactions: int = 32_768,
        connections: int = 50_000,
    ) -> None:
        self.identity = identity
        self.transactions = TransactionLayer(transactions)
        self.schedule = Schedule()
        self.counters: Counter[str] = Counter()
        self._random_bytes = random_bytes
        self._on_request = on_request
        self._limits = limits
        self._stranger_limits = stranger_limits
        self._framers: dict[Flow, StreamFramer] = {}
        self._connections = connections
        self._to_close: list[Flow] = []

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """One datagram, or what came on a connection. Never raises, whatever the bytes."""
        if flow.transport == "udp":
            message = parse_message(data, self._limits)
            if message is not None:
                self._take(message, flow, now)
            return
        framer = self._framers.get(flow)
        if framer is None:
            if len(self._framers) >= self._connections:
                self._to_close.append(flow)
                return
            framer = self._framers[flow] = StreamFramer(self._stranger_limits)
        for message in framer.feed(data):
            self._take(message, flow, now)

    def _take(self, message: Request | Response | MalformedMessage, flow: Flow, now: float) -> None:
        if isinstance(message, Request):
            if not self.transactions.absorb(message, flow, now):
                self._on_request(message, flow, now)
        elif isinstance(message, Response):
            if not self.transactions.receive_response(message, flow, now):
                self.counters["stray_response"] += 1
        else:
            self.counters[message.fault] += 1
            if message.fatal:
                self._to_close.append(flow)

    def raise_limits(self, flow: Flow, limits: Limits) -> None:
        """Let a known peer's connection carry longer messages."""
        framer = self._framers.get(flow)
        if framer is not None:
            framer.limits = limits

    def connection_lost(self, flow: Flow, now: float) -> None:
        """Forget the connection; its unanswered requests fail now."""
        self._framers.pop(flow, None)
        self.transactions.drop_flow(flow, now)

    def next_timer(self) -> float | None:
        """The earliest deadline of transactions and schedule."""
        first, second = self.transactions.next_timer(), self.schedule.next_timer()
        if first is None or second is None:
            return second if first is None else first
        return min(first, second)

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        self.transactions.handle_timer(now)
        self.schedule.handle_timer(now)

    def data_to_send(self) -> list[Transmit]:
        """Everything to send since the last call, in order."""
        outbox = self.transactions.outbox
        ready = list(outbox)
        outbox.clear()
        return ready

    def flows_to_close(self) -> list[Flow]:
        """Connections to close: their stream is broken, or there are too many."""
        flows, self._to_close = self._to_close, []
        return flows

    def token(self, octets: int = 8) -> str:
        """An unpredictable word: tag, branch, Call-ID, cnonce."""
        return self._random_bytes(octets).hex()

    def compose(
        self,
        method: str,
        uri: str,
        to: str,
        flow: Flow,
        *,
        call_id: str = "",
        from_: str = "",
        cseq: int = 1,
        contact: bool = False,
        fields: Fields = (),
        content: Content | None = None,
    ) -> Request:
        """A request of ours with a new branch (RFC 3261 8.1.1). ``from_``: value with tag; default our address with a
        new tag.
        """
        identity = self.identity
        host = f"[{identity.host}]" if ":" in identity.host else identity.host
        branch = f"z9hG4bK{self.token(12)}"  # RFC 3261 8.1.1.7: the magic cookie
        headers = Headers(
            (
                ("Via", f"SIP/2.0/{flow.transport.upper()} {host}:{identity.port};rport;branch={branch}"),
                ("From", from_ or f"{identity.address};tag={self.token()}"),
                ("To", to),
                ("Call-ID", call_id or f"{self.token()}@{identity.host}"),
                ("CSeq", f"{cseq} {method}"),
            )
        )
        if contact:
            headers.add("Contact", identity.contact)
        for name, value in fields:
            headers.add(name, value)
        headers.add("Max-Forwards", "70")  # RFC 3261 8.1.1.6
        if content is not None:
            headers.add("Content-Type", content[0])
        body = b"" if content is None else content[1]
        headers.add("Content-Length", str(len(body)))
        return Request(method, uri, headers, body)

    def compose_in_dialog(
        self,
        dialog: Dialog,
        method: str,
        *,
        cseq: int | None = None,
        contact: bool = False,
        fields: Fields = (),
        content: Content | None = None,
    ) -> Request:
        """A request inside ``dialog`` (RFC 3261 12.2.1.1). ``cseq``: given only for ACK, which has that of its INVITE
        (RFC 3261 13.2.2.4).
        """
        return self.compose(
            method,
            dialog.remote_target,
            dialog.remote,
            dialog.flow,
            call_id=dialog.call_id,
            from_=dialog.local,
            cseq=dialog.next_cseq() if cseq is None else cseq,
            contact=contact,
            fields=[*(("Route", route) for route in dialog.route_set), *fields],
            content=content,
        )

    def send(self, request: Request, flow: Flow, handler: ResponseHandler | None, now: float) -> None:
        """Send by a client transaction; ``handler`` hears every answer, or ``None`` when there will be none."""
        handler = handler or _ignore
        if not self.transactions.send_request(request, flow, handler, now):
            self.counters["too_many_requests"] += 1
            self.schedule.at(now, lambda later: handler(None, later))

    def send_ack(self, request: Request, flow: Flow) -> None:
        """ACK of a 2xx: outside any transaction (RFC 3261 13.2.2.4)."""
        self.transactions.outbox.append(Transmit(request.serialise(), flow))

    def reply(
        self,
        request: Request,
        flow: Flow,
        status: int,
        now: float,
        *,
        fields: Fields = (),
        content: Content | None = None,
        to_tag: str = "",
    ) -> ServerTransaction:
        """Answer a request and remember the answer for its repeats. Only for peers that are known."""
        opened = self.open(request, flow, now)
        self.answer(opened, status, now, fields=fields, content=content, to_tag=to_tag)
        return opened.transaction

    def open(self, request: Request, flow: Flow, now: float) -> OpenRequest:
        """Take a request that ``answer`` will answer. Only for peers that are known."""
        return OpenRequest(request, self.transactions.accept(request, flow, now))

    def answer(
        self,
        opened: OpenRequest,
        status: int,
        now: float,
        *,
        fields: Fields = (),
        content: Content | None = None,
        to_tag: str = "",
    ) -> None:
        """Answer what was opened, and remember the answer; without effect when its transaction is over."""
        tag = to_tag or self.token(4)
        flow = opened.transaction.flow
        response = response_to(opened.request, status, flow, to_tag=tag, headers=fields, content=content)
        self.transactions.respond(opened.transaction, response, now)

    def refuse(
        self,
        request: Request,
        flow: Flow,
        status: int,
        fields: Fields = (),
        *,
        repeated_at: float | None = None,
    ) -> None:
        """Answer without a transaction (RFC 3261 8.2.7): for strangers, who must not fill memory.

        ``repeated_at``: the time, where making the answer costs so much that repeats by UDP shall get the same.
        """
        if request.method != "ACK":  # RFC 3261 17: an ACK is never answered
            wire = response_to(request, status, flow, to_tag=self.token(4), headers=fields).serialise()
            self.transactions.outbox.append(Transmit(wire, flow))
            if repeated_at is not None and flow.transport == "udp":
                self.transactions.keep_refusal(request, flow, wire, repeated_at)
