"""Opening at scale, as a user waits for it: request by HTTP, decision, ticket, redemption, first byte, end written.

Everything is real but the camera, whose RTP the control process sends itself: HTTP by uvicorn, embedded durable
PostgreSQL with the migrations' tables and the application's role, 2,000 granted points, 200 signed-in viewers, a media
worker. Each opening is a request of its own, takes the first byte of its picture and leaves, so its end is written too.

The load tool runs on the same machine and is in the figure. ``sustained_per_s``: opened a second with 64 at once.
``p99_ms_at_200`` and ``p99_ms_at_600``: from due to first byte, openings coming evenly whether or not the last ones are
done; ``opened_at_…`` is the share of them that was opened at all, ``later_at_…`` the share that was told to come later.
"""

import argparse
import asyncio
import json
from typing import Any

from _measure import figure, percentile
from _media_city import LoadProcess

AT_ONCE = 64
RATES = (200, 600)
WARM_UP_SECONDS = 3


async def keep_watching(requests: list[str], host: str, port: int) -> None:
    """One viewer that stays, so that the camera is asked once; until cancelled."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(requests[0].encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    url: str = json.loads(await reader.readexactly(length))["url"]
    writer.close()
    authority, path = url.removeprefix("http://").split("/", 1)
    media_host, media_port = authority.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(media_host, int(media_port))
    writer.write(f"GET /{path} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
    while await reader.read(1 << 16):
        pass
    raise SystemExit("the viewer that stays was cut")


def shares(answer: dict[str, Any], rate: int) -> dict[str, float]:
    """The figures of one open loop."""
    taken = answer["first_byte_ms"]
    asked = len(taken) + sum(answer["refused"].values()) + answer["unanswered"]
    return {
        f"p99_ms_at_{rate}": round(percentile(taken, 0.99), 1) if taken else -1.0,
        f"p50_ms_at_{rate}": round(percentile(taken, 0.50), 1) if taken else -1.0,
        f"opened_at_{rate}": round(len(taken) / asked, 4),
        f"later_at_{rate}": round(answer["refused"].get("503", 0) / asked, 4),
    }


async def run(seconds: int) -> None:
    city = await LoadProcess.start("_opening_city.py")
    load = await LoadProcess.start("_opening_load.py")
    try:
        target = await city.answer(120)
        watching = asyncio.create_task(keep_watching(target["requests"], target["host"], target["port"]))
        await load.tell(target)
        await load.ask({"per_second": 50, "seconds": WARM_UP_SECONDS})
        values: dict[str, float] = {}
        for rate in RATES:
            values |= shares(await load.ask({"per_second": rate, "seconds": seconds}, seconds + 60), rate)
        full = await load.ask({"at_once": AT_ONCE, "seconds": seconds}, seconds + 60)
        if watching.done():
            watching.result()
        watching.cancel()
    finally:
        await load.stop()
        await city.stop()
    figure(
        "opens",
        sustained_per_s=round(full["opened"] / full["wall_s"]),
        sustained_p99_ms=round(percentile(full["first_byte_ms"], 0.99), 1),
        **values,
        seconds=seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 seconds each instead of 60")
    asyncio.run(run(10 if parser.parse_args().quick else 60))


if __name__ == "__main__":
    main()
