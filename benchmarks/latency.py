"""From the last packet of a picture sent to the whole picture at an HTTP-FLV viewer; one stream of 1 Mbit/s.

``cold_ms``, ``cold_silent_ms``: from the first packet of a camera that somebody waits for to its first whole picture
there, with sound and without; medians. 40 ms of it go by until the second picture shows that the first is whole.
Camera and viewer are threads of one process, so that both read the same clock; the worker is its own process.
"""

import argparse
import asyncio
import socket
import threading
import time

from _measure import figure, percentile
from _media_city import Control, PacedCamera, engine
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.domain.access.session_end import End, EndReason
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


async def cold(media: MediaSupervisor, control: Control, name: str, *, sound: bool) -> float:
    """Milliseconds from a camera's first packet to its first picture at a viewer who waits."""
    endpoint = await media.open_source(SourceRequest(name, Transport.UDP, 1, "127.0.0.1"))
    host, port = media.play_bases[0].removeprefix("http://").split(":")
    viewer = Viewer(host, int(port), f"/live/{control.ticket(name, name)}.{PlayProtocol.FLV}")
    viewer.start()
    while control.tickets:
        await asyncio.sleep(0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((endpoint.host, endpoint.port))
        began = time.monotonic() + 0.04  # when the camera sends its first picture
        await PacedCamera(sock.send, 1, 2, sound=sound).send(25)
    await media.close_source(name, End(EndReason.DONE))
    return (min(viewer.seen.values()) - began) * 1000


async def measure(seconds: int) -> None:
    async with engine() as (media, control):
        rounds = range(5)
        loud = [await cold(media, control, f"loud{number}", sound=True) for number in rounds]
        silent = [await cold(media, control, f"silent{number}", sound=False) for number in rounds]
        control.started.clear()
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
            cold_ms=round(percentile(loud, 0.5), 1),
            cold_silent_ms=round(percentile(silent, 0.5), 1),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 s of measuring instead of 60")
    asyncio.run(measure(8 if parser.parse_args().quick else 60))
