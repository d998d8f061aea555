"""Requests that come when they are due, from a process of their own.

Called as ``_arrivals.py <descriptor> <requests a second> <seconds>``.

Each is a datagram holding its due time (``CLOCK_MONOTONIC``, common to all processes); a late one is sent late and
keeps its due time. At the end one JSON line: how late this process itself woke up, which is the machine's doing alone.
"""

import json
import socket
import struct
import sys
import time

from _measure import percentile

DUE = struct.Struct("d")


def main() -> None:
    descriptor, per_second, seconds = (int(word) for word in sys.argv[1:])
    late = list[float]()
    with socket.socket(fileno=descriptor) as wire:
        start = time.monotonic() + 0.2
        for number in range(per_second * seconds):
            due = start + number / per_second
            time.sleep(max(0.0, due - time.monotonic()))
            late.append((time.monotonic() - due) * 1000)
            wire.send(DUE.pack(due))
    print(
        json.dumps({"wake_p99_ms": round(percentile(late, 0.99), 2), "wake_highest_ms": round(max(late), 2)})
    )


if __name__ == "__main__":
    main()
