"""``kill -9`` of a program, or of the tests: no process of it remains, and the next start is clean."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import httpx2
import pytest
from tests.processes import END_WITH_US, alive, command_of, descendants, until
from tests.waiting import HANGS_SECONDS

ROOT = Path(__file__).parents[3]
_PR_SET_CHILD_SUBREAPER = 36


_candidates = count(20_000 + os.getpid() % 100 * 90)


def free_port() -> int:
    """Below the kernel's own range, from which anybody's connection may take it before the program does."""
    for port in _candidates:
        with (
            socket.socket() as tcp,
            socket.socket(type=socket.SOCK_DGRAM) as udp,
            contextlib.suppress(OSError),
        ):
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
            return port
    raise AssertionError


@pytest.fixture
def orphans() -> Iterator[Callable[[], list[int]]]:
    """Processes below the tests that were not there before: orphans come to us meanwhile, instead of to init."""
    before = set(descendants(os.getpid()))

    def new() -> list[int]:
        return [pid for pid in descendants(os.getpid()) if pid not in before]

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    yield lambda: alive(new())
    for pid in new():
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


class Program:
    """The command line on a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.http, self.media = free_port(), free_port()
        settings = {"DATA_FOLDER": folder / "data", "HTTP_PORT": self.http, "SIP_PORT": free_port()}
        settings |= {"MEDIA_HTTP_PORT": self.media, "MEDIA_WORKERS": 1}
        self._environment = {
            **os.environ,
            **{f"PINEGATE_{name}": str(value) for name, value in settings.items()},
            "PYTHONPATH": str(ROOT / "src"),
        }
        self._folder = folder
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        self.begin("serve")
        until(self._is_well)

    def begin(self, *words: str) -> None:
        """Start the command line with ``words``."""
        self.process = subprocess.Popen(
            [*END_WITH_US, sys.executable, "-m", "pinegate.entrypoints.cli", *words],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def runs(self, word: bytes) -> bool:
        """Whether a process below it has ``word`` in its command."""
        assert self.process.poll() is None
        return any(word in command_of(pid) for pid in descendants(self.process.pid))

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


Orphans = Callable[[], list[int]]


def test_a_killed_program_leaves_no_process_and_starts_again(program: Program, orphans: Orphans) -> None:
    program.start()
    try:
        assert listens(program.http) and listens(program.media)
        program.process.kill()
        program.process.wait()
        until(lambda: not orphans())
        assert not listens(program.http) and not listens(program.media)
        program.start()
        assert listens(program.media)
    finally:
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(HANGS_SECONDS) == 0


@pytest.mark.parametrize(
    ("command", "part"),
    [("demo", b"multiprocessing.spawn"), ("database start", b"postgres")],
    ids=["a demonstration that draws", "a database"],
)
def test_a_killed_command_leaves_no_process(
    program: Program, orphans: Orphans, command: str, part: bytes
) -> None:
    program.begin(*command.split())
    until(lambda: program.runs(part) and program.runs(b"postgres"))
    program.process.kill()
    program.process.wait()
    until(lambda: not orphans())


_TEST_THAT_HANGS = """
import subprocess
import sys
from pathlib import Path
from tests.processes import END_WITH_US

def test_hangs(postgres, tmp_path):
    command = [*END_WITH_US, sys.executable, "-m", "pinegate.entrypoints.cli", "database", "start"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        Path(__file__).with_name("hangs").touch()
        program.wait()
"""


def test_killed_tests_leave_no_process(tmp_path: Path, orphans: Orphans) -> None:
    (tmp_path / "test_hangs.py").write_text(_TEST_THAT_HANGS)
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), "-p"]
    tests = subprocess.Popen(
        [*END_WITH_US, *command, "tests.integration.conftest", "-p", "no:cacheprovider", str(tmp_path)],
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.DEVNULL,
    )
    until(lambda: (tmp_path / "hangs").exists() or tests.poll() is not None)
    assert sum(b"postgres\0-D" in command_of(pid) for pid in orphans()) == 2
    tests.kill()
    tests.wait()
    until(lambda: not orphans())
