"""100 RTP/PS streams of 1 Mbit/s over UDP, each on a port of its own, nobody watching.

``cores``: the worker's CPU time over wall time. ``lost``: packets sent but not received by the worker.
"""

import argparse
import asyncio

from _measure import Meter, figure
from _media_city import LoadProcess, engine
from pinegate.usecases.streams.media_engine import SourceRequest, Transport

STREAMS = 100


async def measure(seconds: int) -> None:
    async with engine() as (media, _):
        cameras = list[tuple[str, int, int]]()
        for ssrc in range(1, STREAMS + 1):
            endpoint = await media.open_source(
                SourceRequest(f"camera{ssrc}", Transport.UDP, ssrc, "127.0.0.1")
            )
            cameras.append((endpoint.host, endpoint.port, ssrc))
        load = await LoadProcess.start("_cameras.py")
        pid = media.worker_pids[0]
        assert pid is not None
        try:
            sending = asyncio.create_task(load.ask({"cameras": cameras, "seconds": seconds}, seconds + 60))
            while not (await media.stats())[0].get("packets"):
                await asyncio.sleep(0.1)
            meter = Meter(pid)
            sent = await sending
            cores = meter.cores()
            await asyncio.sleep(0.5)
            stats = (await media.stats())[0]
        finally:
            await load.stop()
        figure(
            "ingest",
            streams=STREAMS,
            packets=sent["sent"],
            cores=round(cores, 3),
            lost=sent["sent"] - stats["packets"],
            damaged_pictures=stats.get("damaged_pictures", 0),
            paced_s=round(sent["took_s"], 1),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 s of measuring instead of 60")
    asyncio.run(measure(10 if parser.parse_args().quick else 60))
