"""Load generator for openings: each asks for a picture by HTTP, takes its first byte, and leaves.

Driven by JSON lines on stdin, one answer line each:

``{"per_second", "seconds"}``: an open loop. Openings fall due evenly, and an opening's time counts from then, so a
stall is not hidden by those that wait behind it. ``{"at_once", "seconds"}``: a closed loop, always so many under way.

The answer: ``first_byte_ms`` (of the opened), ``opened``, ``refused`` (HTTP status → how many) and ``wall_s``.

One thread, sockets and epoll and nothing else: what the load tool takes is missing to those it measures.
"""

import json
import select
import socket
import sys
import time
from collections import Counter, deque
from itertools import cycle
from typing import Any

_BUFFER = 1 << 16
_PATIENCE_SECONDS = 10.0
_MOST_QUEUED = 100_000


class Openings:
    """One run. ``requests`` are whole HTTP requests for a play address, used in turn."""

    def __init__(self, host: str, port: int, requests: list[bytes], connections: int) -> None:
        self._address = (host, port)
        self._requests = cycle(requests)
        self._epoll = select.epoll()
        self._asking: dict[int, tuple[socket.socket, bytearray, float]] = {}
        self._watching: dict[int, tuple[socket.socket, float]] = {}
        self._free = [self._connected(self._address) for _ in range(connections)]
        self._due: deque[float] = deque()
        self.first_byte: list[float] = []
        self.refused: Counter[str] = Counter()

    @staticmethod
    def _connected(address: tuple[str, int]) -> socket.socket:
        sock = socket.create_connection(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        return sock

    @property
    def under_way(self) -> int:
        return len(self._due) + len(self._asking) + len(self._watching)

    @property
    def done(self) -> int:
        return len(self.first_byte) + self.refused.total()

    def ask(self, due: float) -> None:
        """One opening more, as soon as a connection is free."""
        if len(self._due) < _MOST_QUEUED:
            self._due.append(due)
        self._send_due()

    def _send_due(self) -> None:
        while self._due and self._free:
            sock = self._free.pop()
            self._asking[sock.fileno()] = (sock, bytearray(), self._due.popleft())
            sock.send(next(self._requests))
            self._epoll.register(sock.fileno(), select.EPOLLIN)

    def work(self, patience: float) -> None:
        """Read what has come, at the longest for ``patience`` seconds."""
        for number, _ in self._epoll.poll(max(patience, 0.0), 512):
            if number in self._asking:
                self._answered(number)
            elif number in self._watching:
                self._received(number)

    def _answered(self, number: int) -> None:
        sock, answer, due = self._asking[number]
        piece = sock.recv(_BUFFER)
        answer += piece
        if piece and not _complete(answer):
            return
        self._epoll.unregister(number)
        del self._asking[number]
        if not piece or b"connection: close" in answer.split(b"\r\n\r\n", 1)[0].lower():
            sock.close()
            sock = self._connected(self._address)
        self._free.append(sock)
        status = answer[9:12].decode() or "closed"
        if status == "200":
            self._watch(json.loads(answer.split(b"\r\n\r\n", 1)[1])["url"], due)
        else:
            self.refused[status] += 1
        self._send_due()

    def _watch(self, url: str, due: float) -> None:
        authority, path = url.removeprefix("http://").split("/", 1)
        host, port = authority.rsplit(":", 1)
        sock = self._connected((host, int(port)))
        sock.send(f"GET /{path} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        self._watching[sock.fileno()] = (sock, due)
        self._epoll.register(sock.fileno(), select.EPOLLIN)

    def _received(self, number: int) -> None:
        sock, due = self._watching[number]
        piece = sock.recv(_BUFFER)
        if piece.startswith(b"HTTP/1.1 200") and piece.endswith(b"\r\n\r\n"):
            return  # the head alone: no picture yet
        status = piece[9:12].decode() if piece.startswith(b"HTTP/1.1 ") else "200"
        if piece and status == "200":
            self.first_byte.append((time.monotonic() - due) * 1000)
        else:
            self.refused[f"media {status if piece else 'closed'}"] += 1
        self._epoll.unregister(number)
        del self._watching[number]
        sock.close()

    def close(self) -> None:
        for sock in self._free:
            sock.close()
        self._epoll.close()


def _complete(answer: bytearray) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(b"content-length:")
    return at < 0 or len(answer) >= end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])


def open_loop(openings: Openings, per_second: float, seconds: float) -> None:
    start, number = time.monotonic() + 0.1, 0
    while number < per_second * seconds:
        due = start + number / per_second
        wait = due - time.monotonic()
        if wait <= 0:
            openings.ask(due)
            number += 1
        else:
            openings.work(wait)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while openings.under_way and time.monotonic() < deadline:
        openings.work(0.1)


def closed_loop(openings: Openings, at_once: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        while openings.under_way < at_once:
            openings.ask(time.monotonic())
        openings.work(0.1)


def main() -> None:
    target = json.loads(sys.stdin.readline())
    requests = [text.encode() for text in target["requests"]]
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        openings = Openings(target["host"], target["port"], requests, order.get("at_once") or 256)
        begun = time.monotonic()
        if "per_second" in order:
            open_loop(openings, order["per_second"], order["seconds"])
        else:
            closed_loop(openings, order["at_once"], order["seconds"])
        answer = {
            "first_byte_ms": [round(taken, 3) for taken in openings.first_byte],
            "opened": len(openings.first_byte),
            "refused": dict(openings.refused),
            "unanswered": openings.under_way,
            "wall_s": time.monotonic() - begun,
        }
        openings.close()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
