"""Pictures at a viewer of HTTP-FLV while RTP packets are lost at random: 1 % and 5 %, UDP, PS, H.264 at 25 pictures a
second with a key frame every 2 s, from a camera that answers a request for a key frame 50 ms later. Its picture is a
simulated scene with a sensor's noise, so that pictures have as many packets as real ones.

``share_N``: pictures that FFmpeg decodes from what the viewer got, of those the camera sent. ``delivered_N``: pictures
that the viewer got, whole or torn. ``whole_N``: without a missing packet. ``gap_N_s``: the longest time between two
pictures that FFmpeg decodes. ``refused_N``: pictures that FFmpeg refuses. ``asked_N``: requests for a key frame.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyAV's stubs leave packets partly untyped.

import argparse
import asyncio
import io
import socket
import threading
from dataclasses import dataclass, replace
from itertools import pairwise

import av
import numpy
from av.error import InvalidDataError
from PIL import Image

from _measure import figure
from _media_city import Control, engine
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.domain.access.session_end import End, EndReason
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceRequest, Transport
from pinegate_simulator.clip import Clip
from pinegate_simulator.clip_encoding import ClipSettings, VideoEncoder
from pinegate_simulator.faults import Faults
from pinegate_simulator.media_channels import UdpChannel
from pinegate_simulator.media_stream import MediaCounters, MediaStream
from pinegate_simulator.pacing import TimetableLoop
from pinegate_simulator.scenes import repertoire

ANSWER_SECONDS = 0.05
SETTINGS = ClipSettings(640, 360, 25, 2.0)
NOISE = 14
PICTURES = 50


def noisy_pictures() -> list[Image.Image]:
    """Two seconds of a street, there and back."""
    random = numpy.random.default_rng(1)
    scene = repertoire.build("crossroads", "noon", 1, SETTINGS.width)
    pictures: list[Image.Image] = []
    for number in range(PICTURES):
        drawn = scene.draw(number / PICTURES).convert("RGB").resize((SETTINGS.width, SETTINGS.height))
        noise = random.integers(-NOISE, NOISE + 1, (SETTINGS.height, SETTINGS.width, 1))
        pictures.append(Image.fromarray((numpy.asarray(drawn) + noise).clip(0, 255).astype(numpy.uint8)))
    return pictures


class Camera:
    """Encodes as it sends; asked for a key frame, it makes one of the next picture."""

    def __init__(self, pictures: list[Image.Image]) -> None:
        self.clip = Clip((), 0, SETTINGS.video, None, SETTINGS.width, SETTINGS.height, SETTINGS.fps)
        self.octets = 0
        self._pictures = pictures
        self._encoder = VideoEncoder(SETTINGS)
        self._number = 0

    @property
    def next_dts(self) -> int:
        return self._number * TIMESCALE // SETTINGS.fps

    def take(self) -> AccessUnit:
        (unit,) = self._encoder.encode(self._pictures[self._number % PICTURES])
        unit = replace(unit, pts=self.next_dts, dts=self.next_dts)
        self._number += 1
        self.octets += len(unit.payload)
        return unit

    def force_key(self) -> None:
        self._encoder = VideoEncoder(SETTINGS)


class Viewer(threading.Thread):
    """Keeps what it receives."""

    def __init__(self, host: str, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.body = b""
        self._sock = socket.create_connection((host, port))
        self._sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    def run(self) -> None:
        stream = self._sock.makefile("rb", buffering=65536)
        while stream.readline().strip():
            pass
        self.body = stream.read()


@dataclass(frozen=True)
class Watched:
    """``shown``: times of the pictures that FFmpeg decodes, in seconds. ``broken``: packets that it refuses."""

    delivered: int
    shown: list[float]
    broken: int


def watch(body: bytes) -> Watched:
    delivered, broken, shown = 0, 0, list[float]()
    with av.open(io.BytesIO(body), "r", format="flv") as opened:
        for packet in opened.demux(video=0):
            delivered += packet.size > 0
            try:
                shown += [frame.time or 0.0 for frame in packet.decode()]
            except InvalidDataError:
                broken += 1
    return Watched(delivered, shown, broken)


async def one_line(
    media: MediaSupervisor, control: Control, pictures: list[Image.Image], percent: int, seconds: int
) -> dict[str, float | int]:
    name = f"camera{percent}"
    asked = 0
    endpoint = await media.open_source(SourceRequest(name, Transport.UDP, 1, "127.0.0.1"))
    loop, timetable = asyncio.get_running_loop(), TimetableLoop()
    channel = UdpChannel("127.0.0.1")
    channel.connect(endpoint.host, endpoint.port)
    counters = MediaCounters()
    faults = Faults(loss=percent / 100)
    camera = Camera(pictures)
    stream = MediaStream(camera, channel, 1, loop.time(), counters, faults=faults, seed=percent)

    def ask() -> None:
        nonlocal asked
        asked += 1
        loop.call_later(ANSWER_SECONDS, stream.force_key)

    control.started.clear()
    control.on_key_frame_wanted = ask
    timetable.add(stream.turn, loop.time())
    await control.started.wait()
    host, port = media.play_bases[0].removeprefix("http://").split(":")
    viewer = Viewer(host, int(port), f"/live/{control.ticket(name, name)}.{PlayProtocol.FLV}")
    viewer.start()
    while control.tickets:
        await asyncio.sleep(0.01)
    before = counters.pictures
    await asyncio.sleep(seconds)
    sent = counters.pictures - before
    torn = (await media.stats())[0].get("torn_pictures", 0)
    stream.close()
    timetable.close()
    await media.close_source(name, End(EndReason.DONE))
    await asyncio.to_thread(viewer.join, 10)
    watched = watch(viewer.body)
    return {
        f"share_{percent}": round(min(1.0, len(watched.shown) / sent), 4),
        f"delivered_{percent}": round(min(1.0, watched.delivered / sent), 4),
        f"whole_{percent}": round(min(1.0, (watched.delivered - torn) / sent), 4),
        f"gap_{percent}_s": round(max(b - a for a, b in pairwise(watched.shown)), 3),
        f"asked_{percent}": asked,
        f"refused_{percent}": watched.broken,
        f"kbit_s_{percent}": round(camera.octets * 8 / 1000 / (camera.next_dts / TIMESCALE)),
    }


async def measure(seconds: int) -> None:
    pictures = noisy_pictures()
    values: dict[str, float | int] = {}
    for percent in (1, 5):
        async with engine() as (media, control):
            values |= await one_line(media, control, pictures, percent, seconds)
    figure("loss", seconds=seconds, **values)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 s each instead of 120")
    asyncio.run(measure(20 if parser.parse_args().quick else 120))
