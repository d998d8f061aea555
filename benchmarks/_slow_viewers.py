"""Load generator: viewers of HTTP-FLV who read no faster than they are told, in one process of its own.

``{"host", "port", "viewers": [[path, bytes a second], …]}`` connects them; ``"totals"`` answers of each how many
pictures it has seen whole, the oldest of them in seconds, the longest time without one, and whether the server ended
it. The viewer with the highest rate is the clock: its quickest picture counts as one of now.
"""

import json
import socket
import sys
import threading
import time
from itertools import pairwise
from typing import Any

TURN_SECONDS = 0.02
RECEIVE_BUFFER = 8192
"""A slow line has no buffer of megabytes at its end; the kernel would give one."""


class Viewer:
    """Reads within its allowance and looks for whole pictures."""

    def __init__(self, host: str, port: int, path: str, rate: float) -> None:
        self.rate = rate
        self.ended = False
        self.arrivals: list[tuple[float, float]] = []
        self._allowed = 0.0
        self._data = bytearray()
        self._head = True
        self._sock = socket.socket()
        if rate < 1 << 20:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._sock.connect((host, port))
        self._sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self._sock.setblocking(False)

    def read(self, seconds: float) -> None:
        self._allowed = min(self._allowed + self.rate * seconds, max(self.rate * 0.1, 4096))
        while not self.ended and self._allowed >= 1:
            try:
                data = self._sock.recv(min(int(self._allowed), 1 << 18))
            except BlockingIOError:
                return
            except ConnectionError:
                data = b""
            self.ended = not data
            self._allowed -= len(data)
            self._data += data
            self._look()

    def _look(self) -> None:
        if self._head:
            end = self._data.find(b"\r\n\r\n")
            if end < 0 or len(self._data) < end + 4 + 13:
                return
            del self._data[: end + 4 + 13]
            self._head = False
        while len(self._data) >= 15:
            size = int.from_bytes(self._data[1:4], "big")
            if len(self._data) < 15 + size:
                return
            if self._data[0] == 9 and self._data[12] == 1:
                taken = int.from_bytes(self._data[4:7], "big") | self._data[7] << 24
                self.arrivals.append((time.monotonic(), taken / 1000))
            del self._data[: 15 + size]


def totals(viewers: list[Viewer]) -> list[dict[str, Any]]:
    clock = min(now - taken for now, taken in max(viewers, key=lambda viewer: viewer.rate).arrivals)
    told: list[dict[str, Any]] = []
    for viewer in viewers:
        seen = list(viewer.arrivals)
        gaps = [later[0] - earlier[0] for earlier, later in pairwise(seen)]
        told.append(
            {
                "pictures": len(seen),
                "age_s": max((now - taken - clock for now, taken in seen), default=0.0),
                "gap_s": max(gaps, default=0.0),
                "ended": viewer.ended,
            }
        )
    return told


def main() -> None:
    order = json.loads(sys.stdin.buffer.readline())
    viewers = [Viewer(order["host"], order["port"], path, rate) for path, rate in order["viewers"]]
    print(json.dumps({"connected": len(viewers)}), flush=True)
    asked = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.buffer.readline(), asked.set()), daemon=True).start()
    last = time.monotonic()
    while not asked.is_set():
        time.sleep(TURN_SECONDS)
        now = time.monotonic()
        for viewer in viewers:
            viewer.read(now - last)
        last = now
    print(json.dumps(totals(viewers)), flush=True)


if __name__ == "__main__":
    main()
