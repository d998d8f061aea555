"""uvicorn's HTTP/1.1 with limits: the size of a head, the time for head, body and answer, and who may connect.

uvicorn has the first for another parser and the others not at all (docs/decisions, "Limits within uvicorn's protocol").
"""

import asyncio
from collections import Counter
from functools import cache
from http import HTTPStatus
from typing import ClassVar

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pinegate.entrypoints.http_api.shared.problems import problem
from pinegate.entrypoints.http_server.pace import Pace
from pinegate.entrypoints.http_server.request_rules import fault_of_head
from pinegate.places import Places

HEAD_BYTES = 16 * 1024
MOST_HEADERS = 100
HEAD_SECONDS = 10.0
BODY_SECONDS = 15.0
ANSWER_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 8 * 1024
MOST_PIPELINED = 8
DRAIN_SECONDS = 3.0
DRAIN_BYTES = 32 << 20
"""Of a body that was refused: a browser reads no answer before it has sent all."""
DRAIN_HEAD_BYTES = 256 << 10
MOST_DRAINING = 256
_RETRY_SECONDS = "2"


class _HeadRefusedError(Exception):
    """Ends the parser's work from within its callbacks."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class GuardedProtocol(HttpToolsProtocol):
    """One connection. ``places`` and ``counters`` are all connections' (``guarded``)."""

    parser: httptools.HttpRequestParser
    places: ClassVar[Places]
    counters: ClassVar[Counter[str]]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- of a listening stream socket
        super().connection_made(transport)
        self._head_bytes: int | None = 0
        """Of the head that is being read; None in a body."""
        self._refusal: _HeadRefusedError | None = None
        self._closing = False
        self._undrained = 0
        self._unsent = 0
        self._head_pace = Pace(HEAD_SECONDS, float("inf"))
        self._body_pace = Pace(BODY_SECONDS, LEAST_BYTES_PER_SECOND)
        self._answer_pace = Pace(ANSWER_SECONDS, LEAST_BYTES_PER_SECOND)
        self._drain_pace = Pace(DRAIN_SECONDS, float("inf"))
        self._head_pace.begin(self.loop.time())
        crowd = self.places.enter(self, self.client[0] if self.client else "")
        if crowd == "address":
            self._refuse(429, "too_many_requests", "Too many connections from your address. Try again.")
        elif crowd == "all":
            self._refuse(503, "unavailable", "Too many connections. Try again.")

    def connection_lost(self, exc: Exception | None) -> None:
        self.places.leave(self)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def give_way(self) -> None:
        """Of ``Places``: somebody else needs the place of one that is silent."""
        self.counters["gave_way"] += 1
        if self._head_bytes == 0:
            self._closing = True
            self.transport.close()
        else:
            self._refuse(408, "too_slow", "Too many connections wait: send requests whole, at once.")

    def look(self, now: float) -> None:
        """Called every second or so: refuse or close what is too slow."""
        if self.flow.write_paused:
            unsent = self.transport.get_write_buffer_size()
            self._answer_pace.moved(self._unsent - unsent, now)
            self._unsent = unsent
        if self._answer_pace.over(now):
            self.counters["answers_not_taken"] += 1
            self.transport.abort()
        elif self._closing:
            if self._drain_pace.over(now):
                self.transport.abort()
        elif self._head_pace.over(now) and not self._is_ours():
            self._refuse(408, "too_slow", f"Send the whole head within {HEAD_SECONDS:g} seconds.")
        elif self._body_pace.over(now):
            if self.flow.read_paused or self.cycle.waiting_for_100_continue:  # the next turn is ours
                self._body_pace.begin(now)
            else:
                self._refuse(408, "too_slow", "Send the body faster.")

    # What arrives

    def data_received(self, data: bytes) -> None:
        if self._closing:
            self._undrained -= len(data)
            if self._undrained < 0:
                self.transport.abort()
            return
        self._unset_keepalive_if_required()
        now = self.loop.time()
        if self._head_bytes is not None and self._head_pace.end is None:
            self._head_pace.begin(now)
        if not self._is_ours():
            self.places.heard(self)
        while data and not self._closing:
            size = len(data) if self._head_bytes is None else HEAD_BYTES - self._head_bytes
            if size <= 0:
                self._refuse(431, "invalid_input", f"Send a head of {HEAD_BYTES // 1024} KiB at most.")
                return
            self._feed(data[:size])
            data = data[size:]
        if self._head_bytes is None and not self._closing:
            self.places.owes_body(self)

    def _feed(self, piece: bytes) -> None:
        """Piece by piece, so that no head is read beyond its limit though a body may be large."""
        in_head = self._head_bytes
        self._bodies_begun = 0
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            self._end_after_this()  # what follows another protocol's offer is not looked at (RFC 9110 7.8)
        except httptools.HttpParserError:
            refusal = self._refusal or _HeadRefusedError(400, "This is no HTTP/1.1 request.")
            self._refuse(refusal.status, "invalid_input", refusal.detail)
        if in_head is not None and self._head_bytes is not None and not self._bodies_begun:
            self._head_bytes = in_head + len(piece)

    # The parser's callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._head_bytes is None:
            self._stop(400, "Send no trailers.")  # uvicorn would add them to the request's headers
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._stop(431, f"Send {MOST_HEADERS} headers at most.")

    def on_headers_complete(self) -> None:
        fault = fault_of_head(self.parser.get_http_version(), self.url, self.headers)
        if fault is not None:
            self._stop(400, fault)
        if len(self.pipeline) >= MOST_PIPELINED:
            self._stop(400, "Wait for answers before asking more.")
        super().on_headers_complete()
        now = self.loop.time()
        self._head_bytes = None
        self._bodies_begun += 1
        self._head_pace.stop()
        self._body_pace.begin(now)

    def on_body(self, body: bytes) -> None:
        self._body_pace.moved(len(body), self.loop.time())
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        self._body_pace.stop()
        super().on_message_complete()
        if self._is_ours():
            self.places.served(self)

    # What is sent

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._head_bytes is None:  # answered before the body was there: it is not waited for
            self._linger()
        elif not self._is_ours():
            self.places.heard(self)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._answer_pace.begin(self.loop.time())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._answer_pace.stop()

    # Ends

    def _is_ours(self) -> bool:
        """Whether the next turn is ours: a whole request waits for its answer."""
        cycle = self._last_cycle()
        return cycle is not None and not cycle.response_complete and not cycle.more_body

    def _last_cycle(self) -> RequestResponseCycle | None:
        return self.cycle  # None before the first request, whatever its type says

    def _stop(self, status: int, detail: str) -> None:
        self._refusal = _HeadRefusedError(status, detail)
        raise self._refusal

    def _end_after_this(self) -> None:
        self.cycle.keep_alive = False
        self._undrained = DRAIN_HEAD_BYTES
        self._closing = True

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer and close."""
        self.counters[f"refused_{status}"] += 1
        cycle = self._last_cycle()
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started or self._is_ours() or self.pipeline:
                # Our answer would stand in the middle of one, or in the place of an earlier request's.
                self._closing = True
                self.transport.abort()
                return
        self.transport.write(_answer(status, code, detail))
        self._linger()

    def _linger(self) -> None:
        """Close, reading on a little: closing at once would reset the connection and lose the answer (RFC 9112 9.6)."""
        self._closing = True
        self.places.leave(self)
        if self.transport.is_closing():
            return
        if len(self.server_state.connections) > self.places.most + MOST_DRAINING:
            self.transport.close()
            return
        self._undrained = DRAIN_BYTES if self._head_bytes is None else DRAIN_HEAD_BYTES
        self._drain_pace.begin(self.loop.time())
        self.transport.write_eof()
        self.flow.resume_reading()


@cache
def _answer(status: int, code: str, detail: str) -> bytes:
    headers = {"Connection": "close", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    headers["Content-Security-Policy"] = "default-src 'none'"
    if status in (429, 503):
        headers["Retry-After"] = _RETRY_SECONDS
    response = problem(status, code, detail, headers=headers)
    first = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    return b"\r\n".join(
        [first, *(b"%s: %s" % header for header in response.raw_headers), b"", bytes(response.body)]
    )


def guarded(places: Places, counters: Counter[str]) -> type[GuardedProtocol]:
    """The protocol of one server, whose connections share ``places`` and ``counters``."""
    return type("GuardedPortal", (GuardedProtocol,), {"places": places, "counters": counters})
