import asyncio
import multiprocessing
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.categories import NotInUnitTestsError, category_of

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "act",
    [
        lambda: socket.create_connection(("127.0.0.1", 9)),
        lambda: socket.socket().bind(("127.0.0.1", 0)),
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
        lambda: psycopg.connect("postgresql:///"),
        lambda: time.sleep(0.001),
        lambda: asyncio.run(asyncio.sleep(0.001)),
    ],
    ids=["connect", "bind", "subprocess", "process", "database", "sleep", "asyncio.sleep"],
)
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_unit_test_that_does_it_fails(act: Callable[[], object], nothing_but_computing: list[str]) -> None:
    with pytest.raises(NotInUnitTestsError):
        act()
    assert nothing_but_computing
    nothing_but_computing.clear()


def test_a_unit_test_may_give_turns_to_others_and_talk_to_itself() -> None:
    asyncio.run(asyncio.sleep(0))
    one, other = socket.socketpair()
    with one, other:
        one.send(b"x")
        assert other.recv(1) == b"x"


def test_the_category_is_the_first_folder() -> None:
    assert category_of(TESTS / "unit" / "protocols" / "test_x.py") == "unit"
    assert category_of(TESTS / "contracts" / "test_x.py") == "contracts"
    assert category_of(TESTS / "test_x.py") is None
    assert category_of(TESTS / "elsewhere" / "test_x.py") is None
