"""What the demonstration city costs when nobody watches: all its processes, PostgreSQL and simulator included.

``cores``: share of one core over the measured time, after the city has said that it is ready.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _measure import cpu_seconds, figure

READY = "ready."
SETTLE_SECONDS = 5.0


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    members, fresh = [pid], [pid]
    while fresh:
        parent = fresh.pop()
        for thread in Path(f"/proc/{parent}/task").iterdir():
            children = [int(child) for child in (thread / "children").read_text().split()]
            members += children
            fresh += children
    return members


def cores(pid: int, seconds: float) -> tuple[float, int]:
    began = {member: cpu_seconds(member) for member in family(pid)}
    time.sleep(seconds)
    spent = sum(cpu_seconds(member) - began.get(member, 0.0) for member in family(pid))
    return spent / seconds, len(began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 seconds instead of 30")
    seconds = 10.0 if parser.parse_args().quick else 30.0
    with tempfile.TemporaryDirectory(prefix="pinegate-bench-") as folder:
        Path(folder).chmod(0o711)  # run by root, the database has an account of its own
        settings = {
            "PINEGATE_DATA_FOLDER": f"{folder}/data",
            "PINEGATE_HTTP_PORT": free_port(),
            "PINEGATE_MEDIA_HTTP_PORT": free_port(),
        }
        city = subprocess.Popen(
            [sys.executable, "-m", "pinegate.entrypoints.cli", "demo", "--cache", ".cache"],
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert city.stdout is not None
        try:
            if not any(READY in line for line in city.stdout):
                raise SystemExit("the city did not become ready")
            time.sleep(SETTLE_SECONDS)
            share, processes = cores(city.pid, seconds)
            figure("idle", cores=round(share, 3), processes=processes, seconds=seconds)
        finally:
            city.send_signal(signal.SIGINT)
            city.wait(30)


if __name__ == "__main__":
    main()
