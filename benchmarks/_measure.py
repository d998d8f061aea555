"""What every media benchmark says with its figures: the machine, its noise, and the CPU time of one process."""

import json
import os
import platform
import sys
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def figure(name: str, **values: float | int | str) -> None:
    """Print one figure as a JSON line."""
    about = {"machine": machine(), "noise": noise(), "command": f"python {' '.join(sys.argv)}"}
    print(json.dumps({"figure": name, **values, **about}, ensure_ascii=False), flush=True)


def machine() -> str:
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}"


def noise() -> str:
    """How busy the machine was: nothing else should run while measuring."""
    return f"load average {os.getloadavg()[0]:.1f}"


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Meter:
    """Share of one core that a process takes between :meth:`start` and :meth:`cores`."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.start()

    def start(self) -> None:
        self._cpu, self._wall = cpu_seconds(self._pid), time.monotonic()

    def cores(self) -> float:
        return (cpu_seconds(self._pid) - self._cpu) / (time.monotonic() - self._wall)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
