"""Scans of signed and sealed papers, as uploaded: checked, kept under an opaque id, digested by SM3.

The type is decided by the content, never by a name or a header. What is kept is written anew by a process apart
(`scan_process`): images are decoded and encoded, PDFs parsed and written with their pages alone.
"""

import asyncio
import contextlib
import errno
import os
import re
import secrets
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar, TypeVarTuple

from pinegate.adapters.confined.helper import Helper, HelperError, HelperRefusedError
from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.scan_refusal import MediaType, ScanRefusedError
from pinegate.adapters.sm3 import sm3_hex

_EXTENSIONS: dict[MediaType, str] = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_MAGIC: dict[bytes, MediaType] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
Ts = TypeVarTuple("Ts")
T = TypeVar("T")
_ID = re.compile(r"[0-9a-f]{32}")
TIME_LIMIT_SECONDS = 60.0
"""An image of the most pixels takes 6 s of a core, of which everybody else takes first."""
MOST_WAITING = 16


class ScansBusyError(Exception):
    """Too many scans wait to be looked at."""


@dataclass(frozen=True)
class StoredScan:
    """A kept scan. `sm3` is of the kept bytes; `received_sm3` of what was sent, for its sender."""

    id: str
    media_type: MediaType
    size: int
    sm3: str
    received_sm3: str


class ScanStore:
    """Keeps scans in `folder`, which nothing but this class writes; the disk has threads of its own."""

    def __init__(self, folder: Path, max_bytes: int, space: DiskSpace | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._space = space
        self._disk = ThreadPoolExecutor(2, "scans")
        self._helper = Helper(
            "pinegate.adapters.documents.scan_process", time_limit_seconds=TIME_LIMIT_SECONDS
        )
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def store(self, file: BinaryIO) -> StoredScan:
        """Check and keep an upload; on the disk before it returns.

        One at a time, so that no more than one is in memory. What does not get there whole leaves nothing behind, and
        what would use up the reserve is not begun.

        Raises:
            ScanRefusedError: it is not taken.
            ScansBusyError: try again later.
            OSError: it could not be kept.
        """
        if self._waiting >= MOST_WAITING:
            raise ScansBusyError
        self._waiting += 1
        try:
            async with self._turn:
                content = await self._in_thread(file.read, self._max_bytes + 1)
                media_type = self._media_type(content)
                kept = await self._taken_apart(media_type, content)
                return await self._in_thread(self._keep, media_type, content, kept)
        finally:
            self._waiting -= 1

    async def read(self, scan_id: str, sm3: str) -> bytes:
        """The kept bytes; raises OSError when they are gone or are not those of the digest."""
        return await self._in_thread(self._read, scan_id, sm3)

    async def delete(self, scan_id: str) -> None:
        """Remove a scan whose transaction failed; one that is gone is no error."""
        await self._in_thread(self._delete, scan_id)

    async def delete_orphans(self, known: Collection[str], *, older_than: float) -> int:
        """Remove what no document row names, left by a program that was killed between the two; how many.

        ``older_than``: seconds since the epoch; younger files may belong to a transaction that still runs.
        """
        return await self._in_thread(self._delete_orphans, known, older_than)

    async def close(self) -> None:
        """End the process that takes scans apart."""
        await self._helper.close()
        self._disk.shutdown(wait=False)

    async def _in_thread(self, do: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, do, *args)

    async def _taken_apart(self, media_type: MediaType, content: bytes) -> bytes:
        try:
            return await self._helper.request({"media_type": media_type}, content)
        except HelperRefusedError as refused:
            raise ScanRefusedError.told(str(refused)) from None
        except HelperError:
            raise ScanRefusedError(
                "too_much_in_it", "The file could not be read in time; scan at a lower resolution."
            ) from None

    def _keep(self, media_type: MediaType, content: bytes, kept: bytes) -> StoredScan:
        scan = StoredScan(secrets.token_hex(16), media_type, len(kept), sm3_hex(kept), sm3_hex(content))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._space is not None and self._space.short(len(kept)):
            raise OSError(errno.ENOSPC, "what is left of the disk is kept for the audit log")
        try:
            self._write(scan.id, kept)
        except OSError:
            self._delete(scan.id)
            raise
        return scan

    def _write(self, scan_id: str, kept: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._folder / scan_id, flags, 0o600), "wb") as file:
            file.write(kept)
            file.flush()
            os.fsync(file.fileno())

    def _delete(self, scan_id: str) -> None:
        if _ID.fullmatch(scan_id):
            with contextlib.suppress(OSError):
                (self._folder / scan_id).unlink(missing_ok=True)

    def _delete_orphans(self, known: Collection[str], older_than: float) -> int:
        if not self._folder.is_dir():
            return 0
        orphans = [
            file.name
            for file in self._folder.iterdir()
            if _ID.fullmatch(file.name) and file.name not in known and file.stat().st_mtime < older_than
        ]
        for scan_id in orphans:
            self._delete(scan_id)
        return len(orphans)

    def _read(self, scan_id: str, sm3: str) -> bytes:
        if not _ID.fullmatch(scan_id):
            raise FileNotFoundError("not the id of a scan")
        content = (self._folder / scan_id).read_bytes()
        if sm3_hex(content) != sm3:
            raise OSError(f"scan {scan_id} was changed on the disk: its SM3 digest differs")
        return content

    def _media_type(self, content: bytes) -> MediaType:
        if not content:
            raise ScanRefusedError("empty", "The file is empty.")
        if len(content) > self._max_bytes:
            limit = self._max_bytes // 1024 // 1024
            raise ScanRefusedError(
                "too_large", f"The file is larger than {limit} MB; scan at a lower resolution."
            )
        for magic, media_type in _MAGIC.items():
            if content.startswith(magic):
                return media_type
        raise ScanRefusedError("unknown_type", "Only PDF, PNG and JPEG files are taken.")


def attachment_headers(scan: StoredScan, name: str) -> dict[str, str]:
    """How a scan is served: to be saved, never shown in the site's own origin. `name` has no extension."""
    safe = re.sub(r"[^0-9A-Za-z_-]", "_", name)[:80]
    return {
        "Content-Type": scan.media_type,
        "Content-Disposition": f'attachment; filename="{safe}.{_EXTENSIONS[scan.media_type]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
