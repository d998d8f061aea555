"""The viewers' listener: one listening socket, `/live/<ticket>.<ext>`, nothing else.

Heads are parsed by h11 under caps of size, time and number; then the ticket is redeemed by control, and the
bare socket goes to a :class:`Viewer`. A ticket never reaches a log line.

Above the cap whoever has owed a request for longest makes room: who fills the places keeps no newcomer out, and
reaches nobody who plays or whose ticket is being looked at.
"""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import h11

from pinegate.adapters.media.channel import ChannelClosedError
from pinegate.adapters.media.viewer import NOT_SENT_BYTES, Wire
from pinegate.adapters.media.wires import Headers, HttpWire, WebSocketWire, head, problem
from pinegate.places import Places
from pinegate.usecases.access.ticket import TicketKey
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused

HEAD_BYTES = 8192
HEAD_SECONDS = 5.0
ANSWER_SECONDS = 5.0
MAX_OPENING = 1024
"""Connections that have no ticket redeemed yet."""
MAX_OPENING_A_HOST = 512
BACKLOG = 1024
ACCEPTS_A_TURN = 64
REST_SECONDS = 0.5
DRAIN_SECONDS = 1.0
DRAIN_BYTES = 1 << 18

_PATH = re.compile(rb"/live/([0-9A-Za-z_-]{64})\.(flv|ws\.flv|mp4|ws\.mp4)")

Redeem = Callable[[str, PlayProtocol, str], Awaitable[Admitted | Refused]]
"""Ticket, protocol and the client's address; raises ChannelClosedError when control does not answer."""
Admit = Callable[[socket.socket, Wire, Admitted, PlayProtocol, bytes], None]
"""Takes the socket over; the bytes are what the client sent after its request."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that is well formed."""

    method: bytes
    target: bytes
    headers: dict[bytes, bytes]
    trailing: bytes


@dataclass(frozen=True, slots=True)
class _Visit:
    """A request for pictures whose ticket may be redeemed."""

    ticket: str
    protocol: PlayProtocol
    client_host: str
    wire: Wire
    cors: Headers
    trailing: bytes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is sent instead of pictures."""

    data: bytes


class _Comer:
    """A connection that is no viewer yet."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.handed_over = False
        self.gave_way = False
        self.task: asyncio.Task[None] | None = None

    def give_way(self) -> None:
        """Its place went to somebody else."""
        self.gave_way = True
        if self.task is not None:
            self.task.cancel()


class HttpListener:
    """Accepts, parses, redeems, hands over. ``counters`` are for the statistics."""

    def __init__(
        self,
        redeem: Redeem,
        admit: Admit,
        has_room: Callable[[], bool],
        origins: tuple[str, ...],
        trusted_proxies: tuple[str, ...],
        number: int,
        tickets: TicketKey,
    ) -> None:
        self.counters: Counter[str] = Counter()
        self._redeem = redeem
        self._admit = admit
        self._has_room = has_room
        self._origins = frozenset(origins)
        self._trusted_proxies = frozenset(trusted_proxies)
        self._number = number
        self._tickets = tickets
        self._loop = asyncio.get_running_loop()
        self._comers: set[_Comer] = set()
        self._places = Places(MAX_OPENING, MAX_OPENING_A_HOST, trusted_proxies)
        self._sock: socket.socket | None = None
        self._resting: asyncio.TimerHandle | None = None

    def listen(self, host: str, port: int) -> int:
        """Begin to accept; the port that was bound (``port`` 0: any). ``OSError`` when it is taken."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
        self._sock = sock
        self._loop.add_reader(sock, self._on_acceptable, sock)
        return sock.getsockname()[1]

    def close(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        if self._sock is not None:
            self._loop.remove_reader(self._sock)
            self._sock.close()
        for comer in self._comers:
            if comer.task is not None:
                comer.task.cancel()

    def _on_acceptable(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTS_A_TURN):
            try:
                sock, address = listener.accept()
            except BlockingIOError:
                return
            except OSError:  # out of descriptors: the socket stays readable, so look away for a while
                self.counters["accepts_failed"] += 1
                self._loop.remove_reader(listener)
                self._resting = self._loop.call_later(REST_SECONDS, self._accept_again, listener)
                return
            host = address[0]
            comer = _Comer(sock)
            if not self._has_room() or self._places.enter(comer, host) is not None:
                self.counters["connections_refused"] += 1
                sock.close()
                continue
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)
            self.counters["connections"] += 1
            self._comers.add(comer)
            comer.task = self._loop.create_task(self._serve(comer, host))
            comer.task.add_done_callback(partial(self._opened, comer))

    def _accept_again(self, listener: socket.socket) -> None:
        self._loop.add_reader(listener, self._on_acceptable, listener)

    def _opened(self, comer: _Comer, _: asyncio.Task[None]) -> None:
        self._comers.discard(comer)
        self._places.leave(comer)
        self.counters["connections_gave_way"] += comer.gave_way
        if not comer.handed_over:
            comer.sock.close()

    async def _serve(self, comer: _Comer, host: str) -> None:
        sock = comer.sock
        try:
            asked = await self._read_head(sock)
            checked = asked if isinstance(asked, _Answer) else self._check(host, asked)
            answer = checked if isinstance(checked, _Answer) else await self._let_in(comer, checked)
            if answer is None:
                return
            self._places.heard(comer)
            self.counters["requests_refused"] += 1
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._loop.sock_sendall(sock, answer.data)
                sock.shutdown(socket.SHUT_WR)
            await self._drain(sock)
        except OSError:  # TimeoutError is one
            self.counters["connections_broken"] += 1

    async def _read_head(self, sock: socket.socket) -> _Asked | _Answer:
        parser = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                while True:
                    event = parser.next_event()
                    if isinstance(event, h11.Request):
                        return _Asked(
                            event.method, event.target, dict(event.headers), parser.trailing_data[0]
                        )
                    if event is not h11.NEED_DATA:
                        raise ConnectionError("closed before its request")
                    parser.receive_data(await self._loop.sock_recv(sock, 4096))
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint if error.error_status_hint == 431 else 400
            return _Answer(
                problem(status, "bad_request", "This is no HTTP/1.1 request that is understood here.")
            )
        except TimeoutError:
            return _Answer(problem(408, "too_slow", f"Send the whole request within {HEAD_SECONDS:g} s."))

    async def _drain(self, sock: socket.socket) -> None:
        """Read what the client still sends: closing at once would reset the connection and lose our answer."""
        async with asyncio.timeout(DRAIN_SECONDS):
            left = DRAIN_BYTES
            while left > 0 and (data := await self._loop.sock_recv(sock, 65536)):
                left -= len(data)

    def _check(self, peer: str, asked: _Asked) -> _Visit | _Answer:
        """Is it a request for pictures, from a place that may ask?"""
        path = _PATH.fullmatch(asked.target)
        if path is None:
            return _Answer(problem(404, "not_found", "There is nothing here."))
        origin = asked.headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") not in self._origins:
            return _Answer(problem(403, "foreign_origin", "This web origin may not read pictures."))
        cors: Headers = ()
        if origin is not None:
            cors = (("Access-Control-Allow-Origin", origin.decode("latin-1")), ("Vary", "Origin"))
        if asked.method == b"OPTIONS":
            return _Answer(
                head(204, [("Access-Control-Allow-Methods", "GET"), ("Connection", "close"), *cors])
            )
        if asked.method != b"GET":
            return _Answer(
                problem(405, "method_not_allowed", "Only GET.", [("Allow", "GET, OPTIONS"), *cors])
            )
        protocol = PlayProtocol(path[2].decode())
        wire = _websocket(asked.headers) if protocol.is_websocket else HttpWire(protocol, cors)
        if isinstance(wire, _Answer):
            return wire
        ticket = path[1].decode()
        return self._not_ours(ticket, cors) or _Visit(
            ticket, protocol, self._client(peer, asked), wire, cors, asked.trailing
        )

    def _not_ours(self, ticket: str, cors: Headers) -> _Answer | None:
        """Told without asking control: an invented ticket costs nobody anything, and another worker's stays good."""
        worker = self._tickets.worker_of(ticket)
        if worker == self._number:
            return None
        self.counters["tickets_refused"] += 1
        if worker is None:
            return _Answer(
                problem(403, "ticket_unknown", "This ticket opens nothing. Ask for a new one.", cors)
            )
        return _Answer(problem(421, "other_worker", "Use the address that came with the ticket.", cors))

    async def _let_in(self, comer: _Comer, visit: _Visit) -> _Answer | None:
        """Answer, or None when the socket was handed over. Nothing is awaited once the ticket is redeemed:
        an admitted session always becomes a viewer, whose end is reported."""
        self._places.served(comer)
        try:
            decision = await self._redeem(visit.ticket, visit.protocol, visit.client_host)
        except ChannelClosedError:
            return _Answer(
                problem(503, "unavailable", "The ticket cannot be checked now. Try again.", visit.cors)
            )
        if isinstance(decision, Refused):
            self.counters["tickets_refused"] += 1
            return _Answer(problem(403, decision.code, decision.message, visit.cors))
        comer.handed_over = True
        self._admit(comer.sock, visit.wire, decision, visit.protocol, visit.trailing)
        return None

    def _client(self, peer: str, asked: _Asked) -> str:
        """The viewer's address: the last one that a trusted proxy added, else the peer's."""
        forwarded = asked.headers.get(b"x-forwarded-for")
        if peer not in self._trusted_proxies or forwarded is None:
            return peer
        return forwarded.decode("latin-1").rsplit(",", 1)[-1].strip()[:45]


def _websocket(headers: dict[bytes, bytes]) -> WebSocketWire | _Answer:
    """RFC 6455 section 4.2.1, as far as it protects us."""
    upgrade = headers.get(b"upgrade", b"").lower()
    if upgrade != b"websocket" or b"upgrade" not in headers.get(b"connection", b"").lower():
        return _Answer(
            problem(426, "websocket_needed", "This address speaks WebSocket.", [("Upgrade", "websocket")])
        )
    if headers.get(b"sec-websocket-version") != b"13":
        return _Answer(
            problem(426, "websocket_version", "Use WebSocket version 13.", [("Sec-WebSocket-Version", "13")])
        )
    try:
        return WebSocketWire(headers.get(b"sec-websocket-key", b"").decode("latin-1"))
    except ValueError:
        return _Answer(problem(400, "bad_request", "Sec-WebSocket-Key is not 16 bytes in base64."))
