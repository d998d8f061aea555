"""From the last packet of a picture sent to the whole picture at an HTTP-FLV viewer; one stream of 1 Mbit/s.

Camera and viewer are threads of one process, so that both read the same clock; the worker is its own process.
"""

import argparse
import asyncio
import socket
import threading
import time

from _measure import figure, percentile
from _media_city import PacedCamera, engine
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceRequest, Transport


class Viewer(threading.Thread):
    """Notes when each picture is complete, by its FLV time in milliseconds."""

    def __init__(self, host: str, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[int, float] = {}
        self._sock = socket.create_connection((host, port))
        self._sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    def run(self) -> None:
        stream = self._sock.makefile("rb", buffering=65536)
        while stream.readline().strip():
            pass
        stream.read(13)
        while len(head := stream.read(11)) == 11:
            body = stream.read(int.from_bytes(head[1:4], "big") + 4)
            if head[0] == 9 and body[1] == 1:
                self.seen[head[7] << 24 | int.from_bytes(head[4:7], "big")] = time.monotonic()


async def measure(seconds: int) -> None:
    async with engine() as (media, control):
        endpoint = await media.open_source(SourceRequest("camera", Transport.UDP, 1, "127.0.0.1"))
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((endpoint.host, endpoint.port))
        camera = PacedCamera(sock.send, 1, seconds + 20)
        await camera.send(50)
        await control.started.wait()
        host, port = media.play_bases[0].removeprefix("http://").split(":")
        viewer = Viewer(host, int(port), f"/live/{control.ticket('session', 'camera')}.{PlayProtocol.FLV}")
        viewer.start()
        await camera.send(50)
        sent: dict[int, float] = {}
        for _ in range(25 * seconds):
            units = await camera.send(1)
            sent[round(units[0].pts / 90)] = time.monotonic()
        await asyncio.sleep(0.5)
        delays = [(viewer.seen[at] - then) * 1000 for at, then in sent.items() if at in viewer.seen]
        figure(
            "latency",
            pictures=len(sent),
            missed=len(sent) - len(delays),
            p50_ms=round(percentile(delays, 0.5), 2),
            p95_ms=round(percentile(delays, 0.95), 2),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 s of measuring instead of 60")
    asyncio.run(measure(8 if parser.parse_args().quick else 60))
