"""One admitted viewer's socket: bytes go straight to ``send``; what the kernel does not take waits, within
a cap.

A slow viewer's own queue is all that suffers: pieces are shared and never copied, and a queue above the cap
is dropped up to the next key frame.
"""

import asyncio
import fcntl
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Protocol

from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import Track
from pinegate.usecases.streams.media_engine import PlayProtocol

BACKLOG_CAP = 2 << 20
"""Bytes that may wait for one slow viewer before pictures are left out."""
STALLED_SECONDS = 20.0
"""A viewer that takes nothing at all for so long is ended."""
WAIT_SECONDS = 10.0
"""How long an admitted viewer waits for the first key frame."""

_ABORT = struct.pack("ii", 1, 0)
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
        self._backlog: deque[memoryview] = deque()
        self._backlog_bytes = 0
        self._mid_piece = False
        self._skipping = False
        self._loop.add_reader(sock, self._on_readable)
        self._queue(wire.greeting())

    def begin(self, first: bytes) -> None:
        """The stream has a picture: send the opening and what a decoder needs up to now."""
        self.begun = True
        self._queue(self._wire.opening())
        self._queue(first)

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
            self._wait_with(memoryview(piece)[sent:], mid_piece=sent > 0)

    def _offer_to_slow(self, piece: bytes, key: bool) -> None:
        if self._skipping and not key:
            return
        if self._backlog_bytes + len(piece) > BACKLOG_CAP:
            self._drop_backlog()
            self._skipping = not key
            self.skips += 1
            if not key:
                return
        self._skipping = False
        self._queue(piece)

    def _drop_backlog(self) -> None:
        """Leave out what waits, except the rest of a piece whose beginning has been sent."""
        begun = self._backlog[0] if self._mid_piece and self._backlog else None
        self._backlog.clear()
        self._backlog_bytes = 0
        if begun is not None:
            self._backlog.append(begun)
            self._backlog_bytes = len(begun)

    def _queue(self, data: bytes) -> None:
        if not data or self.ended:
            return
        if self._backlog:
            self._backlog.append(memoryview(data))
            self._backlog_bytes += len(data)
        else:
            self._wait_with(memoryview(data), mid_piece=False)
            self._drain()

    def _wait_with(self, rest: memoryview, mid_piece: bool) -> None:
        self._backlog.append(rest)
        self._backlog_bytes = len(rest)
        self._mid_piece = mid_piece
        self._since = self._loop.time()
        self._loop.add_writer(self._sock, self._drain)

    def _drain(self) -> None:
        while self._backlog:
            piece = self._backlog[0]
            try:
                sent = self._send(piece)
            except BlockingIOError:
                return
            except OSError:
                self.end(End(EndReason.VIEWER_LEFT))
                return
            self.bytes_sent += sent
            self._backlog_bytes -= sent
            self._since = self._loop.time()
            self._mid_piece = sent < len(piece)
            if self._mid_piece:
                self._backlog[0] = piece[sent:]
                return
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
        elif self._backlog and now - self._since >= STALLED_SECONDS:
            self.end(End(EndReason.TOO_SLOW))

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
            if self._backlog or _unsent(self._sock):
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


def _unsent(sock: socket.socket) -> int:
    """Bytes that the kernel holds and has never sent."""
    return struct.unpack("i", fcntl.ioctl(sock, _SIOCOUTQNSD, b"\0\0\0\0"))[0]
