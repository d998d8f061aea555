"""Viewers that wait to be cut, in a process of their own: when did the last byte come, when was the connection gone?

One JSON line on stdin, ``{"urls": [...]}``, connects them and answers ``{"playing": n}`` once all have
received pictures; then ``{"cut": [seconds, ...]}`` (``CLOCK_MONOTONIC``, common to all processes) when all are gone.
"""

import json
import select
import socket
import sys
import time
from urllib.parse import urlsplit

_ENOUGH = 2_000
_PATIENCE_SECONDS = 30.0


def connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port))
    head = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    if parts.scheme == "ws":
        head += "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        head += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    sock.sendall(head.encode() + b"\r\n")
    sock.setblocking(False)
    return sock


def watch(urls: list[str]) -> None:
    epoll, viewers, received = select.epoll(), dict[int, socket.socket](), dict[int, int]()
    for url in urls:
        sock = connect(url)
        viewers[sock.fileno()], received[sock.fileno()] = sock, 0
        epoll.register(sock.fileno(), select.EPOLLIN)
    playing, gone = False, list[float]()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while viewers and time.monotonic() < deadline:
        for number, _ in epoll.poll(1.0, 512):
            try:
                count = len(viewers[number].recv(1 << 17))
            except ConnectionResetError:
                count = 0
            received[number] += count
            if not count:
                gone.append(time.monotonic())
                epoll.unregister(number)
                viewers.pop(number).close()
        if not playing and all(count > _ENOUGH for count in received.values()):
            playing = True
            print(json.dumps({"playing": len(viewers)}), flush=True)
    print(json.dumps({"cut": gone}), flush=True)


def main() -> None:
    for line in sys.stdin:
        watch(json.loads(line)["urls"])


if __name__ == "__main__":
    main()
