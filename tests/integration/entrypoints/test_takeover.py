"""Two programs on one external database: the second is refused or waits, and takes over from one that hangs."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2
import pytest
from tests.factories.organizations import fresh_id
from tests.integration.entrypoints.test_a_killed_program import ROOT, free_port
from tests.processes import END_WITH_US, until
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.postgres_server.embedded_postgres import DatabaseUrls, EmbeddedPostgres

NAMES = ("bureau", "operator", "security-admin", "audit-admin", "system-admin")
INIT = ["init", *(f"--{name}=name" for name in NAMES)]


class Node:
    """A program with a data folder of its own on a database that others know too."""

    def __init__(self, folder: Path, urls: DatabaseUrls) -> None:
        self.http = free_port()
        settings = {
            "DATA_FOLDER": folder,
            "HTTP_PORT": self.http,
            "SIP_PORT": free_port(),
            "MEDIA_WORKERS": 1,
        }
        settings |= {
            "MEDIA_HTTP_PORT": free_port(),
            "DATABASE_URL": urls.app,
            "DATABASE_OWNER_URL": urls.owner,
        }
        self._environment = {
            **os.environ,
            **{f"PINEGATE_{name}": str(value) for name, value in settings.items()},
            "PYTHONPATH": str(ROOT / "src"),
        }
        self._said = folder.with_suffix(".log")
        self.process: subprocess.Popen[bytes]

    def start(self, *options: str, command: Sequence[str] = ("serve",)) -> None:
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [*END_WITH_US, sys.executable, "-m", "pinegate.entrypoints.cli", *command, *options],
                env=self._environment,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    def ended(self) -> list[str]:
        """What it said until it ended by itself, of a fault."""
        assert self.process.wait(HANGS_SECONDS) == 1
        return self.said()

    def said(self) -> list[str]:
        return self._said.read_text().splitlines()

    def serves(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            answer = httpx2.get(f"http://127.0.0.1:{self.http}/api/health", trust_env=False)
        except httpx2.HTTPError:
            return False
        return bool(answer.json()["database"] == "ok")

    def waits(self) -> bool:
        return any("standby_waits" in line for line in self.said())

    def clear(self) -> None:
        if hasattr(self, "process"):
            self.process.kill()
            self.process.wait()


@pytest.fixture
def nodes(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    name = f"test_{fresh_id().replace('-', '')}"
    urls = postgres.create_database(name)
    both = Node(tmp_path / "one", urls), Node(tmp_path / "two", urls)
    yield both
    for node in both:
        node.clear()
    postgres.drop_database(name)


def test_a_second_program_is_refused_a_standby_takes_over_and_the_former_one_ends(
    nodes: tuple[Node, Node],
) -> None:
    first, second = nodes
    first.start()
    until(first.serves)

    second.start()
    assert [line for line in second.ended() if "--standby" in line] == second.said()
    for command in (["migrate"], INIT):
        second.start(command=command)
        said = second.ended()
        assert len(said) == 1 and "serves this database" in said[0]
    assert first.serves()

    second.start("--standby")
    until(second.waits)
    first.process.send_signal(signal.SIGSTOP)
    until(second.serves)
    first.process.send_signal(signal.SIGCONT)
    assert [line for line in first.ended() if "term_lost" in line]
    assert second.serves()

    first.start("--standby")
    until(first.waits)
    second.process.kill()
    until(first.serves)
    second.process.wait()
