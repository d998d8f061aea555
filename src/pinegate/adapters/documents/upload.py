"""Scans of signed and sealed papers, as uploaded: checked, kept under an opaque id, digested by SM3.

The type is decided by the content, never by a name or a header. Images are decoded and encoded anew,
which drops whatever else the file carried; PDFs are kept as they are, if they hold nothing active
(`pdf_content`).
"""

import contextlib
import errno
import io
import os
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from pinegate.adapters.disk_space import DiskSpace
from pinegate.adapters.documents.pdf_content import fault_of_pdf
from pinegate.adapters.sm3 import sm3_hex

MediaType = Literal["application/pdf", "image/png", "image/jpeg"]
RefusalCode = Literal["empty", "too_large", "unknown_type", "damaged", "too_many_pixels", "active_content"]

_EXTENSIONS: dict[MediaType, str] = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_MAGIC: dict[bytes, MediaType] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
_ID = re.compile(r"[0-9a-f]{32}")
_MOST_PIXELS = 50_000_000  # A4 at 600 dots per inch has 35 million
_JPEG_QUALITY = 92


class ScanRefusedError(ValueError):
    """An upload that is not taken; the text says to its sender what to correct."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code: RefusalCode = code


@dataclass(frozen=True)
class StoredScan:
    """A kept scan. `sm3` is of the kept bytes; `received_sm3` of what was sent, for its sender."""

    id: str
    media_type: MediaType
    size: int
    sm3: str
    received_sm3: str


class ScanStore:
    """Keeps scans in `folder`, which nothing but this class writes. Calls block: use a thread."""

    def __init__(self, folder: Path, max_bytes: int, space: DiskSpace | None = None) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._space = space

    def store(self, content: bytes) -> StoredScan:
        """Check and keep an upload; on the disk before it returns. Raises ScanRefusedError, OSError.

        What does not get there whole leaves nothing behind, and what would use up the reserve is not begun.
        """
        media_type, kept = self._checked(content)
        scan = StoredScan(secrets.token_hex(16), media_type, len(kept), sm3_hex(kept), sm3_hex(content))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._space is not None and self._space.short(len(kept)):
            raise OSError(errno.ENOSPC, "what is left of the disk is kept for the audit log")
        try:
            self._write(scan.id, kept)
        except OSError:
            self.delete(scan.id)
            raise
        return scan

    def _write(self, scan_id: str, kept: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(self._folder / scan_id, flags, 0o600), "wb") as file:
            file.write(kept)
            file.flush()
            os.fsync(file.fileno())

    def delete(self, scan_id: str) -> None:
        """Remove a scan whose transaction failed; one that is gone is no error."""
        if _ID.fullmatch(scan_id):
            with contextlib.suppress(OSError):
                (self._folder / scan_id).unlink(missing_ok=True)

    def delete_orphans(self, known: Collection[str], *, older_than: float) -> int:
        """Remove what no document row names, left by a program that was killed between the two; how many.

        ``older_than``: seconds since the epoch; younger files may belong to a transaction that still runs.
        """
        if not self._folder.is_dir():
            return 0
        orphans = [
            file.name
            for file in self._folder.iterdir()
            if _ID.fullmatch(file.name) and file.name not in known and file.stat().st_mtime < older_than
        ]
        for scan_id in orphans:
            self.delete(scan_id)
        return len(orphans)

    def read(self, scan_id: str, sm3: str) -> bytes:
        """The kept bytes; raises OSError when they are gone or are not those of the digest."""
        if not _ID.fullmatch(scan_id):
            raise FileNotFoundError("not the id of a scan")
        content = (self._folder / scan_id).read_bytes()
        if sm3_hex(content) != sm3:
            raise OSError(f"scan {scan_id} was changed on the disk: its SM3 digest differs")
        return content

    def _checked(self, content: bytes) -> tuple[MediaType, bytes]:
        if not content:
            raise ScanRefusedError("empty", "The file is empty.")
        if len(content) > self._max_bytes:
            limit = self._max_bytes // 1024 // 1024
            raise ScanRefusedError(
                "too_large", f"The file is larger than {limit} MB; scan at a lower resolution."
            )
        for magic, media_type in _MAGIC.items():
            if content.startswith(magic):
                return media_type, self._clean(media_type, content)
        raise ScanRefusedError("unknown_type", "Only PDF, PNG and JPEG files are taken.")

    @staticmethod
    def _clean(media_type: MediaType, content: bytes) -> bytes:
        if media_type != "application/pdf":
            return _encoded_anew(media_type, content)
        fault = fault_of_pdf(content)
        if fault is not None:
            raise ScanRefusedError("damaged" if fault.damaged else "active_content", fault.message)
        return content


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


def _encoded_anew(media_type: MediaType, content: bytes) -> bytes:
    image_format = "PNG" if media_type == "image/png" else "JPEG"
    output = io.BytesIO()
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ScanRefusedError(
                    "too_many_pixels", f"The image has more than {_MOST_PIXELS // 1_000_000} million pixels."
                )
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("L" if upright.mode in {"1", "L", "LA", "I;16"} else "RGB")
            clean = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # leaves all metadata behind
            clean.save(output, format=image_format, quality=_JPEG_QUALITY)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, ScanRefusedError):
            raise
        raise ScanRefusedError("damaged", "The image is damaged; export or scan it again.") from error
    return output.getvalue()
