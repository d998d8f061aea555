"""Clips on disk: made once, by a few processes, and read back when a camera is first called."""

import multiprocessing
import os
import signal
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Final, Protocol

import structlog

from pinegate_simulator.clip import Clip, UnreadableClipError, read_clip, write_clip

_log = structlog.get_logger(__name__)

_IN_MEMORY: Final = 64
_NICENESS: Final = 10

Progress = Callable[[int, int], None]
"""Told ``(done, of)`` while clips are made."""


class ClipSource(Protocol):
    """What a clip can be made from, at some expense. Sent to another process: plain data only."""

    @property
    def digest(self) -> str:
        """Names the clip: another one whenever the pictures would differ."""
        ...

    def make(self) -> Clip: ...


class ClipCache:
    """The clips of one cache folder; at most 64 of them in memory at a time."""

    def __init__(self, folder: Path, processes: int = 2) -> None:
        self._folder = folder
        self._processes = processes
        self._abandoned = False
        self._loaded: OrderedDict[str, Clip] = OrderedDict()

    def prepare(self, sources: Iterable[ClipSource], progress: Progress | None = None) -> int:
        """Make what is not there yet, and tell how many were made. Blocks; call it in a thread."""
        missing = {s.digest: s for s in sources if not self._path(s.digest).exists()}
        total = len(missing)
        if progress is not None:
            progress(0, total)
        if total > 1:
            self._make_in_processes(missing, progress)
            return total
        for digest, source in missing.items():
            _make_and_write(source, self._path(digest))
            if progress is not None:
                progress(total, total)
        return total

    def _make_in_processes(self, missing: dict[str, ClipSource], progress: Progress | None) -> None:
        # Not forked: the parent runs an event loop and threads, which a forked child would inherit half.
        context = multiprocessing.get_context("spawn")
        workers = min(self._processes, len(missing))
        waiting = deque(missing.items())
        running: set[Future[None]] = set()
        done = 0
        with ProcessPoolExecutor(workers, context, initializer=_begin_worker) as pool:
            while waiting or running:
                while waiting and len(running) < 2 * workers:
                    digest, source = waiting.popleft()
                    running.add(pool.submit(_make_into, source, self._path(digest)))
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                done += len(finished)
                if self._abandoned:
                    return
                if progress is not None:
                    progress(done, len(missing))

    def abandon(self) -> None:
        """Make a running ``prepare`` end after the clips in hand. To be called from another thread."""
        self._abandoned = True

    def load(self, source: ClipSource) -> Clip:
        """The clip, from memory or disk, or made now. Blocks; call it in a thread."""
        digest = source.digest
        clip = self._loaded.get(digest)
        if clip is None:
            clip = self._read_or_make(source)
            self._loaded[digest] = clip
            while len(self._loaded) > _IN_MEMORY:
                self._loaded.popitem(last=False)
        else:
            self._loaded.move_to_end(digest)
        return clip

    def _read_or_make(self, source: ClipSource) -> Clip:
        path = self._path(source.digest)
        try:
            return read_clip(path)
        except FileNotFoundError:
            pass
        except UnreadableClipError:
            _log.warning("clip_unreadable", file=path.name)
        return _make_and_write(source, path)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.clip"


def _begin_worker() -> None:
    os.nice(_NICENESS)
    # Ctrl-C reaches the whole process group; the parent ends its workers itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker waits for work on a pipe that its siblings hold open too; a killed parent would go unnoticed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make_and_write(source: ClipSource, path: Path) -> Clip:
    clip = source.make()
    write_clip(clip, path)
    return clip


def _make_into(source: ClipSource, path: Path) -> None:
    """For another process: the clip comes back by its file."""
    _make_and_write(source, path)
