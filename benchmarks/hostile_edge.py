"""Others' answers while one address attacks: half requests, headers without end, pixel bombs, heavy MESSAGEs.

The attacks come one after another from 127.0.0.1; meanwhile somebody at 127.0.0.2 who is signed in asks who he is, on a
connection of his own each time, and another device keeps alive. ``worst_ms``: his slowest answer, all of which are 200;
``sip_ms``: the device's slowest round trip; ``growth_mb``: by how much the control process's resident memory grew at
most. ``…_ms`` of one attack: the slowest answer meanwhile; ``…_stall_cpu_ms``: of the longest stall of the event loop,
its own CPU time, which leaves out what other programs took of the machine. The tool runs on the same machine.
"""

import argparse
import asyncio
import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from _hostile_attacks import half_requests, heads, heavy_messages, pixel_bombs
from _many_devices import Device
from _measure import figure
from _media_city import LoadProcess
from _signalling_city import device_code
from pinegate.entrypoints.http_api.shared.signed_in import COOKIE, REQUEST_HEADER

OTHER_ADDRESS = ("127.0.0.2", 0)
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 60.0


class Others:
    """Those who are not to notice."""

    def __init__(self, port: int, sip_port: int, pid: int, cookie: str) -> None:
        self._port, self._cookie = port, cookie
        self._status = Path(f"/proc/{pid}/status")
        self._device = Device(device_code(2), sip_port)
        self._device.sock.settimeout(PATIENCE_SECONDS)
        self.resident_kb = 0
        self._round_trip(self._device.register)

    def ask(self, path: str, body: object = None) -> dict[str, str]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=PATIENCE_SECONDS, source_address=OTHER_ADDRESS
        )
        fields = {
            "Cookie": f"{COOKIE}={self._cookie}",
            REQUEST_HEADER: "1",
            "Content-Type": "application/json",
        }
        connection.request(
            "GET" if body is None else "POST", path, None if body is None else json.dumps(body), fields
        )
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status not in (200, 201):
            raise SystemExit(f"{path} was answered {answer.status}: {content[:200]!r}")
        return json.loads(content)

    def milliseconds(self) -> tuple[float, float]:
        """Of one answer by HTTP and one by SIP."""
        lines = self._status.read_text().splitlines()
        now = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        self.resident_kb = max(self.resident_kb, now)
        began = time.monotonic()
        self.ask("/api/session")
        answered = time.monotonic()
        self._round_trip(self._device.keep_alive)
        return (answered - began) * 1000, (time.monotonic() - answered) * 1000

    def _round_trip(self, begin: Callable[[], None]) -> None:
        begin()
        while not self._device.receive(self._device.sock.recv(65_536)):
            pass


async def meanwhile(others: Others, attack: Callable[[], str]) -> tuple[float, float]:
    """The slowest answers until the attack is over."""
    loop = asyncio.get_running_loop()
    worst, worst_sip = 0.0, 0.0
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        attacking = loop.run_in_executor(process, attack)
        while not attacking.done():
            answer, sip = await asyncio.to_thread(others.milliseconds)
            worst, worst_sip = max(worst, answer), max(worst_sip, sip)
            await asyncio.sleep(PAUSE_SECONDS)
        print(await attacking, flush=True)
    return worst, worst_sip


async def run(megabytes: int, bombs: int) -> None:
    found: dict[str, tuple[float, float]] = {}
    stalls: dict[str, float] = {}
    city = await LoadProcess.start("_hostile_city.py")
    try:
        about = await city.answer(120)
        port, sip_port = about["port"], about["sip_port"]
        others = Others(port, sip_port, about["pid"], about["clerk"])
        application = others.ask("/api/applications", {"system_id": about["system"]})["id"]
        for _ in range(50):
            others.milliseconds()
        at_rest, others.resident_kb = others.resident_kb, 0
        attacks = {
            "half_requests": partial(half_requests, port, 2_100),
            "headers": partial(heads, port, megabytes),
            "bombs": partial(pixel_bombs, port, about["clerk"], application, bombs),
            "messages": partial(heavy_messages, sip_port, 12),
        }
        await city.ask("stall")
        for name, attack in attacks.items():
            found[name] = await meanwhile(others, attack)
            stalls[f"{name}_stall_cpu_ms"] = await city.ask("stall")
    finally:
        await city.stop()
    figure(
        "hostile_edge",
        worst_ms=round(max(answer for answer, _ in found.values()), 1),
        sip_ms=round(max(sip for _, sip in found.values()), 1),
        growth_mb=round((others.resident_kb - at_rest) / 1024, 1),
        **{f"{name}_ms": round(answer, 1) for name, (answer, _) in found.items()},
        **stalls,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 pixel bombs instead of 16")
    parser.add_argument("--drill", action="store_true", help="1 pixel bomb, 60 MB of headers")
    wanted = parser.parse_args()
    bombs = 1 if wanted.drill else 3 if wanted.quick else 16
    asyncio.run(run(60 if wanted.drill else 300, bombs))


if __name__ == "__main__":
    main()
