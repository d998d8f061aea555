"""``kill -9`` of the whole program: nothing of it goes on serving, and the next start is clean."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Program:
    """``pinegate serve`` on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.http, self.media = free_port(), free_port()
        settings = {"DATA_FOLDER": folder / "data", "HTTP_PORT": self.http, "SIP_PORT": free_port()}
        settings |= {"MEDIA_HTTP_PORT": self.media, "MEDIA_WORKERS": 1}
        self._environment = {
            **os.environ,
            **{f"PINEGATE_{name}": str(value) for name, value in settings.items()},
            "PYTHONPATH": str(ROOT / "src"),
        }
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pinegate.entrypoints.cli", "serve"],
            env=self._environment,
            stderr=subprocess.DEVNULL,
        )
        until(self._is_well)

    def _is_well(self) -> bool:
        assert self.process.poll() is None
        try:
            answer = httpx2.get(f"http://127.0.0.1:{self.http}/api/health", trust_env=False)
        except httpx2.HTTPError:
            return False
        return bool(answer.json()["database"] == answer.json()["signalling"] == "ok")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder = tmp_path_factory.mktemp("city")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o711)  # run by root, the database has an account of its own
    return Program(folder)


def test_a_killed_program_leaves_nothing_listening_and_starts_again(program: Program) -> None:
    program.start()
    try:
        assert listens(program.http) and listens(program.media)
        program.process.kill()
        program.process.wait()
        until(lambda: not listens(program.http) and not listens(program.media), 10)
        program.start()
        assert listens(program.media)
    finally:
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(30) == 0
