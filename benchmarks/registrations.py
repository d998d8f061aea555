"""Devices register, keep alive and tell their catalogue: GB/T 28181 on real sockets, all of it written to PostgreSQL.

The signalling server (with its recorder) is one process, PostgreSQL is its child, the devices are this process.
On one core: ``…_per_s`` is the count over the greater of wall time and the server's CPU time. Both run from the
first request until everything learned is committed, so nothing is left for later.

``registrations_per_s``: devices that the platform sees for the first time, over UDP: REGISTER, 401, REGISTER with
Digest, 200; the platform then asks each for information and catalogue and subscribes, which the device
acknowledges; row and audit event are written. ``keepalives_per_s``: of the same devices, each answered 200.
``catalogue_s``: from the query to the commit of 20,000 cameras of one lower platform, over TCP;
``worst_stall_ms``: how long the server's event loop let others wait meanwhile, at worst (``…_cpu_ms``: of that, the
loop's own work).
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.integration.gb28181.lower_peer import DEVICE_ID, LowerPeer

from _many_devices import Device, ManyDevices
from _measure import cpu_seconds, figure
from _signalling_city import device_code
from pinegate.protocols.gb28181.lower.events import Registered
from pinegate.protocols.manscdp.catalog import CatalogInfo, CatalogItem

ITEMS = 20_000


class Server:
    """The process under test; one JSON line each way at a time."""

    def __init__(self, devices: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("_signalling_city.py")), str(devices)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port: int = self._read()["port"]

    def ask(self, order: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the server ended")
        return json.loads(line)

    def cpu(self) -> float:
        return cpu_seconds(self._process.pid)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def rate(name: str, server: Server, many: ManyDevices, begin: Callable[[Device], None], rounds: int) -> None:
    wall, cpu, repeats = time.monotonic(), server.cpu(), many.repeats
    many.run(begin, rounds)
    answered = time.monotonic() - wall
    written = server.ask("drained")
    wall, cpu = time.monotonic() - wall, server.cpu() - cpu
    if written["dropped"] or written["online"] < len(many.devices):
        raise SystemExit(f"not everything was written: {written}")
    count = rounds * len(many.devices)
    figure(
        name,
        **{f"{name}_per_s": round(count / max(wall, cpu))},
        count=count,
        wall_s=round(wall, 2),
        server_cpu_s=round(cpu, 2),
        answered_s=round(answered, 2),
        sent_again=many.repeats - repeats,
    )


def camera(number: int) -> CatalogItem:
    return CatalogItem(
        device_id=f"34100200001320{number:06d}",
        name=f"屯溪区老街街道第{number}号路口球机",
        manufacturer="Hikvision",
        model="DS-2DC4423IW-D",
        civil_code="341002",
        address=f"黄山市屯溪区老街街道中山路{number}号",
        parent_id=DEVICE_ID,
        status="ON",
        longitude=118.3,
        latitude=29.7,
        info=CatalogInfo(ptz_type=1, point_type=1),
    )


async def catalogue(server: Server) -> None:
    peer = LowerPeer("tcp", server.port)
    await peer.open()
    peer.do(peer.device.start)
    await peer.wait_for(Registered)
    await asyncio.to_thread(server.ask, DEVICE_ID)  # an empty one first, so that no other query is under way
    peer.device.set_catalog([camera(number) for number in range(ITEMS)])
    began, cpu = time.monotonic(), server.cpu()
    told = await asyncio.wait_for(asyncio.to_thread(server.ask, DEVICE_ID), 100)
    seconds = time.monotonic() - began
    if told["state"] != "done" or told["points"] != ITEMS:
        raise SystemExit(f"the catalogue is not whole: {told}")
    figure(
        "catalogue",
        catalogue_s=round(seconds, 2),
        items=ITEMS,
        server_cpu_s=round(server.cpu() - cpu, 2),
        worst_stall_ms=told["worst_stall_ms"],
        worst_stall_cpu_ms=told["worst_stall_cpu_ms"],
    )
    peer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="2,000 devices instead of 10,000")
    count = 2_000 if parser.parse_args().quick else 10_000
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a socket for every device
    server = Server(count + 2)
    try:
        many = ManyDevices([device_code(number) for number in range(2, count + 2)], server.port)
        rate("registrations", server, many, Device.register, 1)
        rate("keepalives", server, many, Device.keep_alive, 5)
        asyncio.run(catalogue(server))
    finally:
        server.stop()


if __name__ == "__main__":
    main()
