"""`pinegate demo` as a process of its own: started on free ports, awaited by what it says, stopped by Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
from tests.processes import END_WITH_US, command_of, descendants, works_in

ROOT = Path(__file__).resolve().parents[2]
_WORKERS = 2
_RTP_PORTS = 200
_FIRST_START_SECONDS = 240.0
"""With nothing in the cache every scene is drawn first."""
_STOP_SECONDS = 30.0


class CityFailedError(Exception):
    """The city did not start; carries what it printed."""


class RunningCity:
    """``start``, then ``url``; ``stop`` gives the exit code. ``folder`` holds its data over restarts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self._printed: list[str] = []
        self._news = threading.Condition()
        self._http_port = _free_ports(1)
        self._media_port = _free_ports(_WORKERS)
        self._rtp_port = _free_ports(_RTP_PORTS)
        self.sip_port = _free_ports(1)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http_port}"

    @property
    def data_folder(self) -> Path:
        return self._folder / "data"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def ports(self) -> set[int]:
        """Everything it was told to use."""
        rtp = range(self._rtp_port, self._rtp_port + _RTP_PORTS)
        return {self._http_port, self.sip_port, *rtp, *range(self._media_port, self._media_port + _WORKERS)}

    def start(self) -> float:
        """Returns when it said “ready.” and its health is ok: how many seconds it took."""
        since = time.monotonic()
        self._printed.clear()
        self._process = subprocess.Popen(
            [
                *END_WITH_US,
                sys.executable,
                "-m",
                "pinegate.entrypoints.cli",
                "demo",
                "--cache",
                str(ROOT / ".cache"),
            ],
            cwd=self._folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._read, args=[self._process], daemon=True).start()
        self._wait_for("ready.", since + _FIRST_START_SECONDS)
        health = httpx2.get(f"{self.url}/api/health", timeout=10).json()
        if health["status"] != "ok":
            raise CityFailedError(f"{health}\n{self.printed()}")
        return time.monotonic() - since

    def stop(self) -> int:
        """Ctrl-C; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise CityFailedError(f"did not stop on SIGINT\n{self.printed()}") from None

    def kill(self) -> None:
        """For the end of a failed test: the city and everything it started."""
        if self._process is None:
            return
        for pid in [*descendants(self._process.pid), self._process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.wait()

    def printed(self) -> str:
        return "".join(self._printed)

    def media_workers(self) -> list[int]:
        """Process ids of the media workers."""
        return [
            pid for pid in descendants(self.pid) if b"pinegate.entrypoints.media_worker" in command_of(pid)
        ]

    def database_processes(self) -> list[int]:
        """The embedded PostgreSQL's processes, its first one included."""
        cluster = self.data_folder / "postgresql" / "cluster"
        return [pid for pid in descendants(self.pid) if works_in(pid, cluster)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PINEGATE_")}
        return kept | {
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUNBUFFERED": "1",
            "PINEGATE_DATA_FOLDER": str(self.data_folder),
            "PINEGATE_HTTP_PORT": str(self._http_port),
            "PINEGATE_SIP_PORT": str(self.sip_port),
            "PINEGATE_MEDIA_WORKERS": str(_WORKERS),
            "PINEGATE_MEDIA_HTTP_PORT": str(self._media_port),
            "PINEGATE_RTP_PORT_FIRST": str(self._rtp_port),
            "PINEGATE_RTP_PORT_LAST": str(self._rtp_port + _RTP_PORTS - 1),
        }

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as printed:
            for line in printed:
                with self._news:
                    self._printed.append(line)
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def _wait_for(self, ending: str, deadline: float) -> None:
        assert self._process is not None
        with self._news:
            while not any(line.rstrip().endswith(ending) for line in self._printed):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    break
                self._news.wait(0.5)
            else:
                return
        code = self._process.poll()
        self.kill()
        raise CityFailedError(f"not ready (exit code {code})\n{self.printed()}")


@contextmanager
def city_in_a_folder_of_its_own() -> Generator[RunningCity, None, None]:
    """Not started yet; killed at the end if it still runs."""
    with tempfile.TemporaryDirectory(prefix="pinegate-e2e-") as folder:
        Path(folder).chmod(0o711)  # run by root, the database has an account of its own
        city = RunningCity(Path(folder))
        try:
            yield city
        finally:
            city.kill()


def listened_ports() -> set[int]:
    """Ports of this machine on which TCP listens or UDP is bound."""
    ports: set[int] = set()
    for name, states in (("tcp", {"0A"}), ("tcp6", {"0A"}), ("udp", {"07"}), ("udp6", {"07"})):
        table = Path("/proc/net") / name
        if table.exists():
            rows = [line.split() for line in table.read_text().splitlines()[1:]]
            ports |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] in states}
    return ports


def _free_ports(count: int) -> int:
    """The first of ``count`` neighbouring ports that are free for TCP and UDP, outside the kernel's own range."""
    for first in range(12_000 + os.getpid() % 50 * 200, 30_000, max(count, 10)):
        if first not in _TAKEN and _all_free(first, count):
            _TAKEN.update(range(first, first + max(count, 10)))
            return first
    raise CityFailedError(f"no {count} free ports")


_TAKEN: set[int] = set()


def _all_free(first: int, count: int) -> bool:
    with ExitStack() as sockets:
        try:
            for port in range(first, first + count):
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    sockets.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
