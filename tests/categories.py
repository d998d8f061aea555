"""The categories of tests, by folder, and what a unit test may not do.

Unit tests compute: they reach no network, start no process, open no database and let no time pass. An audit hook
of the interpreter sees it whoever calls; pairs of connected sockets stay allowed, nobody else is at their other
end. `CONTRIBUTING.md` says what the other categories are for.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

CATEGORIES = ("unit", "contracts", "integration", "e2e", "drills")
_TESTS = Path(__file__).parent
_FORBIDDEN = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendto",
    "subprocess.Popen",
}


def category_of(path: Path) -> str | None:
    """The category of a test module, by its folder; None outside all of them."""
    within = path.relative_to(_TESTS).parts
    return within[0] if len(within) > 1 and within[0] in CATEGORIES else None


class NotInUnitTestsError(Exception):
    """The test belongs to tests/integration, or should wait for its condition by turns of the loop."""


class _Watch:
    """What the running unit test did against the rules; None while no unit test runs."""

    seen: ClassVar[list[str] | None] = None


@contextmanager
def watched() -> Generator[list[str], None, None]:
    """Within it, what unit tests may not do raises where it happens, and is listed should that be swallowed."""
    _Watch.seen = seen = []
    try:
        yield seen
    finally:
        _Watch.seen = None


def refuse(what: str) -> None:
    """Raises NotInUnitTestsError while a unit test runs."""
    if _Watch.seen is not None:
        _Watch.seen.append(what)
        raise NotInUnitTestsError(what)


def _audit(event: str, _: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        refuse(event)


sys.addaudithook(_audit)
