"""Looks into an uploaded PDF for what no scan needs: scripts, programs to launch, embedded files, forms.

Names may be written with escapes (`/J#61vaScript`) and may lie in compressed object streams; both are
looked through. An encrypted file, or an object stream packed in another way than by deflate, cannot be
looked into and is refused. This keeps traps out of our archive; it is no proof that a PDF is harmless, so
it is served to be saved only.
"""

import re
import zlib
from dataclasses import dataclass

_ACTIVE = re.compile(
    rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA|Encrypt)(?![0-9A-Za-z])"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_BEGINNING = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
_DICTIONARY_BYTES = 4096  # how far before its stream a dictionary is looked for
_MOST_UNPACKED = 32 * 1024 * 1024  # of all object streams together
_LAST_BYTES = 1024


@dataclass(frozen=True)
class PdfFault:
    """Why a PDF is refused; `damaged` or else holding what must not be in it."""

    message: str
    damaged: bool = False


def fault_of_pdf(content: bytes) -> PdfFault | None:
    """The first reason to refuse `content`, or None."""
    if not _BEGINNING.match(content) or not _END.search(content[-_LAST_BYTES:]):
        return PdfFault("The PDF is damaged or incomplete; export or scan it again.", damaged=True)
    return _active(content) or _fault_of_object_streams(content)


def _active(content: bytes) -> PdfFault | None:
    plain = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), content)
    found = _ACTIVE.search(plain)
    if found is None:
        return None
    name = found[1].decode()
    if name == "Encrypt":
        return PdfFault("The PDF is encrypted; save it without a password.")
    return PdfFault(f"The PDF holds active content ({name}); print or scan the paper to a plain PDF.")


def _fault_of_object_streams(content: bytes) -> PdfFault | None:
    left = _MOST_UNPACKED
    for keyword in _STREAM.finditer(content):
        before = content[max(0, keyword.start() - _DICTIONARY_BYTES) : keyword.start()]
        plain = _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), before)
        if b"/First" not in plain:  # every object stream names its first object; no other stream does
            continue
        try:
            unpacked = zlib.decompressobj().decompress(content[keyword.end() :], left)
        except zlib.error:
            # The name may belong to an object further back; only a stream of our own dictionary must open.
            if b"/First" in plain.rsplit(b" obj", 1)[-1]:
                return PdfFault(
                    "The PDF is packed in an unusual way; print or scan the paper to a plain PDF."
                )
            continue
        left -= len(unpacked)
        if left <= 0:
            return PdfFault("The PDF unpacks to too much; print or scan the paper to a plain PDF.")
        fault = _active(unpacked)
        if fault is not None:
            return fault
    return None
