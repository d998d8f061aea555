"""Load generator: many viewers of HTTP-FLV in one process of its own, driven by JSON lines on stdin.

``{"host", "port", "paths", "per_second"}`` connects them and answers ``{"first_frame_ms": [...]}`` (from
connect to the last byte of the first key picture); ``"totals"`` answers the bytes each received so far.
"""

import json
import resource
import select
import socket
import sys
import time

BUFFER = bytearray(1 << 18)


class Connection:
    """One viewer; keeps what it receives only until its first key picture is complete."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.total = 0
        self.first_frame_ms: float | None = None
        self._asked = time.monotonic()
        self._head: bytearray | None = bytearray()
        self.sock = socket.socket()
        self.sock.connect((host, port))
        self.sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        self.sock.setblocking(False)

    def read(self) -> bool:
        """False when the server closed."""
        try:
            count = self.sock.recv_into(BUFFER)
        except BlockingIOError:
            return True
        self.total += count
        if self._head is not None:
            self._head += memoryview(BUFFER)[:count]
            if has_key_picture(self._head):
                self.first_frame_ms = (time.monotonic() - self._asked) * 1000
                self._head = None
        return count > 0


def has_key_picture(data: bytearray) -> bool:
    """Is a whole FLV tag with a key picture (not its sequence header) in it?"""
    end = data.find(b"\r\n\r\n")
    offset = end + 4 + 13
    while end >= 0 and offset + 13 <= len(data):
        size = int.from_bytes(data[offset + 1 : offset + 4], "big")
        if data[offset] == 9 and data[offset + 11] >> 4 == 1 and data[offset + 12] == 1:
            return len(data) >= offset + 15 + size
        offset += 15 + size
    return False


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    order = json.loads(sys.stdin.buffer.readline())
    paths, interval = list(order["paths"]), 1 / order["per_second"]
    viewers: dict[int, Connection] = {}
    epoll = select.epoll()
    epoll.register(sys.stdin.fileno(), select.EPOLLIN)
    waiting, due = len(paths), time.monotonic()
    while True:
        while paths and time.monotonic() >= due:
            viewer = Connection(order["host"], order["port"], paths.pop())
            viewers[viewer.sock.fileno()] = viewer
            epoll.register(viewer.sock.fileno(), select.EPOLLIN)
            due += interval
        for number, _ in epoll.poll(max(0.0, due - time.monotonic()) if paths else 1.0, 256):
            if number == sys.stdin.fileno():
                if not sys.stdin.buffer.readline():
                    return
                print(json.dumps([viewer.total for viewer in viewers.values()]), flush=True)
                continue
            viewer = viewers[number]
            late = viewer.first_frame_ms is None
            if not viewer.read():
                epoll.unregister(number)
            if late and viewer.first_frame_ms is not None:
                waiting -= 1
                if not waiting:
                    times = [seen.first_frame_ms for seen in viewers.values()]
                    print(json.dumps({"first_frame_ms": times}), flush=True)


if __name__ == "__main__":
    main()
