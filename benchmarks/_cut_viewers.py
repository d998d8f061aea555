"""Viewers that wait to be cut, in a process of their own: when did the last byte come, when was the connection gone?

One JSON line on stdin, ``{"urls": [...]}``, connects them and answers ``{"playing": n}`` once all have
received pictures; then ``{"cut": [seconds, ...]}`` (``CLOCK_MONOTONIC``, common to all processes) when all are gone.
"""

import json
import resource
import select
import socket
import sys
import time
from urllib.parse import urlsplit

_ENOUGH = 2_000
_AT_ONCE = 100
"""So many connect before the first of them has pictures: a worker takes only some that are not admitted yet."""
_PATIENCE_SECONDS = 60.0


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
    to_come = list(reversed(urls))
    waiting, playing, gone = 0, False, list[float]()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (to_come or viewers) and time.monotonic() < deadline:
        while to_come and waiting < _AT_ONCE:
            sock = connect(to_come.pop())
            viewers[sock.fileno()], received[sock.fileno()] = sock, 0
            epoll.register(sock.fileno(), select.EPOLLIN)
            waiting += 1
        for number, _ in epoll.poll(1.0, 512):
            try:
                count = len(viewers[number].recv(1 << 17))
            except ConnectionResetError:
                count = 0
            waiting -= received[number] <= _ENOUGH < received[number] + count
            received[number] += count
            if not count:
                gone.append(time.monotonic())
                epoll.unregister(number)
                viewers.pop(number).close()
        if not playing and not to_come and not waiting:
            playing = True
            print(json.dumps({"playing": len(viewers)}), flush=True)
    print(json.dumps({"cut": gone}), flush=True)


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for line in sys.stdin:
        watch(json.loads(line)["urls"])


if __name__ == "__main__":
    main()
