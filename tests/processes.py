"""Programs that tests start, and what is left of them."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.waiting import HANGS_SECONDS

END_WITH_US = ("setpriv", "--pdeathsig=KILL", "--")
"""Before a command: the kernel kills the program as soon as the thread that started it is gone, killed even."""


def descendants(pid: int) -> list[int]:
    """All processes below ``pid``."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                status = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(status[1]), []).append(int(entry.name))
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found += children
        waiting += children
    return found


def alive(pids: list[int]) -> list[int]:
    """Those that still run."""
    return [pid for pid in pids if command_of(pid)]


def command_of(pid: int) -> bytes:
    """Its words, each with a zero after it; nothing when it has ended, be it waited for or not."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def works_in(pid: int, folder: Path) -> bool:
    """Whether ``folder`` is its working folder."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False


def until(condition: Callable[[], bool], seconds: float = HANGS_SECONDS) -> None:
    """Wait for ``condition``, as ``tests.waiting.until`` does, where no event loop runs."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
