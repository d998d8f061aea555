"""1,000 viewers of one 1 Mbit/s stream over HTTP-FLV.

``cores``: the worker's CPU time over wall time while all watch. ``least_share``: the worst viewer's bytes over
the bytes of the stream in that time. ``first_frame_p95_ms``: from connect to the whole first key picture, while
viewers join one after the other and the earlier ones go on watching.
"""

import argparse
import asyncio
import socket

from _measure import Meter, figure, percentile
from _media_city import LoadProcess, PacedCamera, engine
from pinegate.protocols.media.flv import FlvPacker
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceRequest, Transport

VIEWERS = 1000
JOINS_PER_SECOND = 125


async def measure(seconds: int) -> None:
    async with engine() as (media, control):
        endpoint = await media.open_source(SourceRequest("camera", Transport.UDP, 1, "127.0.0.1"))
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((endpoint.host, endpoint.port))
        camera = PacedCamera(sock.send, 1, seconds + 60)
        packer = FlvPacker(Codec.H264, Codec.AAC)

        def pack(units: list[AccessUnit]) -> int:
            return sum(len(packer.pack(unit)) for unit in units)

        pack(await camera.send(10))
        await control.started.wait()
        load = await LoadProcess.start("_viewers.py")
        try:
            paths = [
                "/live/" + control.ticket(str(number), "camera") + "." + PlayProtocol.FLV
                for number in range(VIEWERS)
            ]
            host, port = media.play_bases[0].removeprefix("http://").split(":")
            order = {"host": host, "port": int(port), "paths": paths, "per_second": JOINS_PER_SECOND}
            joining = asyncio.create_task(load.ask(order))
            while not joining.done():
                pack(await camera.send(5))
            first = (await joining)["first_frame_ms"]
            await asyncio.sleep(0.5)  # the stream pauses, so that totals are compared at rest
            before = await load.ask("totals")
            pid = media.worker_pids[0]
            assert pid is not None
            meter = Meter(pid)
            expected = pack(await camera.send(25 * seconds))
            cores = meter.cores()
            await asyncio.sleep(0.5)
            after = await load.ask("totals")
        finally:
            await load.stop()
        least = min((late - early) / expected for early, late in zip(before, after, strict=True))
        figure(
            "fan_out",
            viewers=VIEWERS,
            stream_mbit_s=round(expected * 8 / seconds / 1e6, 2),
            cores=round(cores, 3),
            first_frame_p95_ms=round(percentile(first, 0.95), 1),
            least_share=round(least, 4),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 s of measuring instead of 60")
    asyncio.run(measure(10 if parser.parse_args().quick else 60))
