"""One admitted viewer's socket: bytes go straight to ``send``; what the kernel does not take waits, within
a cap.

A slow viewer's own queue is all that suffers: pieces are shared and never copied, and what waits too long or exceeds
the cap is left out up to a key frame. Whoever takes anything at all is never ended for being slow.
"""

import asyncio
import fcntl
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import Track
from pinegate.usecases.streams.media_engine import PlayProtocol

BACKLOG_CAP = 2 << 20
"""Bytes that may wait for one slow viewer before pictures are left out."""
FRESH_SECONDS = 1.0
"""A key frame that waited longer is left out, and so is all that waited longer when the next one comes."""
LATE_SECONDS = 2.0
"""Any other picture that waited longer is left out, with all after it up to a key frame."""
NOT_SENT_BYTES = 8 << 10
"""What the kernel may keep unsent (``TCP_NOTSENT_LOWAT``). Its own buffer of megabytes holds minutes of a slow viewer:
nobody would see that the viewer takes anything, and nothing could be left out any more."""
STALLED_SECONDS = 20.0
"""A viewer that takes nothing at all for so long is ended."""
WAIT_SECONDS = 10.0
"""How long an admitted viewer waits for the first key frame."""

_ABORT = struct.pack("ii", 1, 0)
_SIOCOUTQ = 0x5411  # linux/sockios.h
_SIOCOUTQNSD = 0x894B  # linux/sockios.h


class Wire(Protocol):
    """What differs between a plain HTTP response and a WebSocket."""

    def greeting(self) -> bytes:
        """Bytes sent as soon as the viewer is admitted."""
        ...

    def opening(self) -> bytes:
        """Bytes right before the first picture."""
        ...

    def goodbye(self, end: End, begun: bool) -> bytes:
        """Last words that tell the reason, if this wire has any."""
        ...

    def received(self, data: bytes) -> bytes | None:
        """Answer to what the client sent; None when it is to be ended."""
        ...


class _Waiting(NamedTuple):
    """What the kernel has not taken. ``since``: when it came (loop time); None: no picture, and never left out."""

    rest: memoryview
    key: bool
    since: float | None


class Viewer:
    """A session on one socket; made when the ticket was admitted, begun when there is a picture.

    ``bytes_sent`` counts what the kernel took. ``on_end`` is called once, when the socket is closed.
    """

    def __init__(
        self,
        sock: socket.socket,
        wire: Wire,
        session_id: str,
        protocol: PlayProtocol,
        tracks: frozenset[Track],
        lease_until: float,
        on_end: Callable[["Viewer", End], None],
    ) -> None:
        self.session_id = session_id
        self.protocol = protocol
        self.tracks = tracks
        self.lease_until = lease_until
        self.bytes_sent = 0
        self.skips = 0
        self.ended = False
        self.begun = False
        self._loop = asyncio.get_running_loop()
        self._asked = self._since = self._loop.time()
        self._sock = sock
        self._send = sock.send
        self._number = sock.fileno()
        self._wire = wire
        self._on_end = on_end
        self._backlog: deque[_Waiting] = deque()
        self._backlog_bytes = 0
        self._mid_piece = False
        self._taken = 0
        self._skipping = False
        self._loop.add_reader(sock, self._on_readable)
        self._queue(wire.greeting())

    def begin(self, first: bytes, group: Iterable[bytes]) -> None:
        """The stream has a picture: send the opening, ``first`` (what a decoder needs, and the key frame), then the
        rest of the ``group`` of pictures up to now.
        """
        self.begun = True
        now = self._loop.time()
        self._queue(self._wire.opening())
        self._queue(first)
        for piece in group:
            self._queue(piece, since=now)

    def offer(self, piece: bytes, key: bool) -> None:
        """Send one piece of the stream, or leave it out if this viewer is too slow.

        ``key``: the piece begins with a key frame. Never blocks.
        """
        if self._backlog or self._skipping:
            self._offer_to_slow(piece, key)
            return
        try:
            sent = self._send(piece)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.end(End(EndReason.VIEWER_LEFT))
            return
        self.bytes_sent += sent
        if sent < len(piece):
            rest = memoryview(piece)[sent:]
            self._wait_with(_Waiting(rest, key, self._loop.time()), mid_piece=sent > 0)

    def _offer_to_slow(self, piece: bytes, key: bool) -> None:
        if self._skipping and not key:
            return
        now = self._loop.time()
        if self._is_behind(now, key) or self._backlog_bytes + len(piece) > BACKLOG_CAP:
            self._leave_out(now, BACKLOG_CAP - len(piece))
            if self._skipping and not key:
                return
        self._skipping = False
        self._queue(piece, key, now)

    def _is_behind(self, now: float, key: bool) -> bool:
        """Whether the oldest picture that was not begun has waited too long; ``key``: a key frame has just come."""
        for number, waiting in enumerate(self._backlog):
            if waiting.since is not None and not (number == 0 and self._mid_piece):
                return now - waiting.since > (FRESH_SECONDS if key or waiting.key else LATE_SECONDS)
        return False

    def _leave_out(self, now: float, room: int) -> None:
        """Go on at the newest key frame that waits and is fresh, or else skip to the next one that comes. What is no
        picture stays, and so does the rest of a piece whose beginning has been sent.
        """
        resume = len(self._backlog)
        for number, waiting in enumerate(self._backlog):
            if waiting.key and waiting.since is not None and now - waiting.since <= FRESH_SECONDS:
                resume = number
        if sum(len(waiting.rest) for waiting in list(self._backlog)[resume:]) > room:
            resume = len(self._backlog)
        self._skipping = resume == len(self._backlog)
        kept = [
            waiting
            for number, waiting in enumerate(self._backlog)
            if number >= resume or waiting.since is None or (number == 0 and self._mid_piece)
        ]
        self.skips += 1
        self._backlog = deque(kept)
        self._backlog_bytes = sum(len(waiting.rest) for waiting in kept)

    def _queue(self, data: bytes, key: bool = False, since: float | None = None) -> None:
        if not data or self.ended:
            return
        waiting = _Waiting(memoryview(data), key, since)
        if self._backlog:
            self._backlog.append(waiting)
            self._backlog_bytes += len(data)
        else:
            self._wait_with(waiting, mid_piece=False)
            self._drain()

    def _wait_with(self, waiting: _Waiting, mid_piece: bool) -> None:
        self._backlog.append(waiting)
        self._backlog_bytes = len(waiting.rest)
        self._mid_piece = mid_piece
        self._since = self._loop.time()
        self._loop.add_writer(self._sock, self._drain)

    def _drain(self) -> None:
        while self._backlog:
            waiting = self._backlog[0]
            try:
                sent = self._send(waiting.rest)
            except BlockingIOError:
                return
            except OSError:
                self.end(End(EndReason.VIEWER_LEFT))
                return
            self.bytes_sent += sent
            self._backlog_bytes -= sent
            self._since = self._loop.time()
            if sent < len(waiting.rest):
                self._mid_piece = True
                self._backlog[0] = waiting._replace(rest=waiting.rest[sent:])
                return
            self._mid_piece = False
            self._backlog.popleft()
        self._loop.remove_writer(self._sock)

    def _on_readable(self) -> None:
        try:
            data = self._sock.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.received(data)

    def received(self, data: bytes) -> None:
        """The client sent something; empty when it closed."""
        answer = self._wire.received(data) if data else None
        if answer is None:
            self.end(End(EndReason.VIEWER_LEFT))
        elif self._backlog_bytes + len(answer) <= BACKLOG_CAP:
            self._queue(answer)

    def check(self, now: float) -> None:
        """End the session if its lease ran out, nothing came for it, or it takes nothing (loop time)."""
        if now >= self.lease_until:
            self.end(End(EndReason.LEASE_ENDED))
        elif not self.begun and now - self._asked >= WAIT_SECONDS:
            self.end(End(EndReason.SOURCE_UNAVAILABLE))
        elif self._backlog and not self._has_taken_more(now) and now - self._since >= STALLED_SECONDS:
            self.end(End(EndReason.TOO_SLOW))

    def _has_taken_more(self, now: float) -> bool:
        """Whether the other side confirmed bytes since the last look: the kernel takes new ones only now and then."""
        taken = self.bytes_sent - _held(self._sock, _SIOCOUTQ)
        if taken <= self._taken:
            return False
        self._taken, self._since = taken, now
        return True

    def end(self, end: End) -> None:
        """Cut: what this process and the kernel have not sent yet is thrown away.

        The reason is told only when nothing is left to throw away, for it cannot overtake the pictures.
        """
        if self.ended:
            return
        self.hang_up(end)
        self.tidy()
        self._on_end(self, end)

    def hang_up(self, end: End) -> None:
        """The part of ``end`` that the viewer notices; where many are cut, all of it comes before anything else.

        ``tidy`` is owed in the same turn of the event loop.
        """
        self.ended = True
        self._loop.remove_writer(self._number)
        try:
            if self._backlog or _held(self._sock, _SIOCOUTQNSD):
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
            elif goodbye := self._wire.goodbye(end, self.begun):
                self._send(goodbye, socket.MSG_MORE)  # one packet with the end of the connection
        except OSError:
            pass  # the viewer was faster
        self._sock.close()

    def tidy(self) -> None:
        """The event loop forgets the socket, by its number: it is closed."""
        self._loop.remove_reader(self._number)
        self._backlog.clear()


def _held(sock: socket.socket, which: int) -> int:
    """Bytes that the kernel holds: all that the other side has not confirmed, or those never sent."""
    return struct.unpack("i", fcntl.ioctl(sock, which, b"\0\0\0\0"))[0]
