"""20 viewers of one 1 Mbit/s stream over HTTP-FLV, half of them at 30 % of its rate and half at 13 %.

``ended``: how many the server ended. ``age_s``: the oldest picture that any of them was shown, from the camera's
sending to its last byte. ``gap_s``: the longest time that any of them saw no new picture. ``share_30``, ``share_13``:
pictures seen over pictures sent, the worst viewer's. One more viewer, on a quick line, is the clock.
"""

import argparse
import asyncio
import socket

from _measure import figure
from _media_city import LoadProcess, PacedCamera, engine
from media_codecs import BITS_PER_SECOND
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceRequest, Transport

EACH = 10
SHARES = (0.30, 0.13)
QUICK = 1 << 24


async def measure(seconds: int) -> None:
    async with engine() as (media, control):
        endpoint = await media.open_source(SourceRequest("camera", Transport.UDP, 1, "127.0.0.1"))
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((endpoint.host, endpoint.port))
        camera = PacedCamera(sock.send, 1, seconds + 60)
        await camera.send(60)
        await control.started.wait()
        load = await LoadProcess.start("_slow_viewers.py")
        try:
            rates = [QUICK] + [share * BITS_PER_SECOND / 8 for share in SHARES for _ in range(EACH)]
            viewers = [
                (f"/live/{control.ticket(str(number), 'camera')}.{PlayProtocol.FLV}", rate)
                for number, rate in enumerate(rates)
            ]
            host, port = media.play_bases[0].removeprefix("http://").split(":")
            await load.ask({"host": host, "port": int(port), "viewers": viewers})
            sent = 25 * seconds
            await camera.send(sent)
            told = (await load.ask("totals"))[1:]
        finally:
            await load.stop()
        shares = [
            min(viewer["pictures"] for viewer in told[at : at + EACH]) / sent
            for at in range(0, 2 * EACH, EACH)
        ]
        figure(
            "slow_viewers",
            viewers=len(told),
            seconds=seconds,
            ended=sum(viewer["ended"] for viewer in told),
            age_s=round(max(viewer["age_s"] for viewer in told), 2),
            gap_s=round(max(viewer["gap_s"] for viewer in told), 2),
            share_30=round(shares[0], 3),
            share_13=round(shares[1], 3),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one minute instead of five")
    asyncio.run(measure(60 if parser.parse_args().quick else 300))
