"""One control process: who it is, its term while it lasts, and its end when another has taken over."""

import contextlib
import fcntl
import os
import secrets
import socket
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import TextIO

import structlog

from pinegate.adapters.database.leadership import AnotherLeadsError, Term, TermKeeper, take_term
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.settings import Settings
from pinegate.entrypoints.wiring.kept_running import kept_running

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A process that wants to be control, and holds its data folder. ``node``: the folder's name for itself."""

    node: str
    standby: bool

    async def take(self, address: str) -> Term | None:
        """``take_term``."""
        return await take_term(address, self.node, standby=self.standby)


@contextlib.contextmanager
def candidacy(settings: Settings, *, standby: bool = False) -> Generator[Candidate, None, None]:
    """The folder is held as long as the body runs: a term of the same name whose folder is free has no process.

    Raises:
        AnotherLeadsError: another process holds the folder.
    """
    path = settings.data_folder / "node"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherLeadsError(
                f"Another Pinegate is running on {settings.data_folder}."
                " Stop it, or choose another PINEGATE_DATA_FOLDER."
            ) from None
        yield Candidate(_name(file), standby)


def _name(file: TextIO) -> str:
    """What the file says. A copy of it, made with the folder for a second machine, is no name: its inode differs."""
    here = f"{socket.gethostname()} {os.fstat(file.fileno()).st_ino}"
    file.seek(0)
    place, _, name = file.read().strip().rpartition(" ")
    if place != here:
        name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        file.truncate(0)
        file.write(f"{here} {name}\n")
        file.flush()
    return name


class Leading:
    """A term that goes on; its workers are told for how long they may show pictures."""

    def __init__(self) -> None:
        self._engine: MediaSupervisor | None = None

    def tell(self, engine: MediaSupervisor) -> None:
        self._engine = engine

    async def show_until(self, moment: float | None) -> None:
        if self._engine is not None:
            await self._engine.show_until(moment)


@contextlib.asynccontextmanager
async def kept_term(address: str, term: Term | None) -> AsyncGenerator[Leading, None]:
    """Keep the term while the body runs, and give it back at the end."""
    leading = Leading()
    if term is None:
        yield leading
        return
    _log.info("term_begun", term=term.epoch, node=term.node)
    keeper = TermKeeper(address, term, leading.show_until, lambda: _end_at_once(term))
    try:
        async with kept_running(keeper.run):
            yield leading
    finally:
        await keeper.release()


def _end_at_once(term: Term) -> None:
    """The workers end with us. Nothing is put in order: everything belongs to somebody else now."""
    _log.critical(
        "term_lost", term=term.epoch, meaning="another Pinegate serves this database; this one has ended"
    )
    os._exit(1)
