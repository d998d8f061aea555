"""A text mark inside a JPEG: an Exif segment with UserComment and ImageDescription (Exif 2.32, section 4.6.4–5).

Bytes in, bytes out: nothing is decoded, the picture stays as it is. An Exif segment that is already there is replaced.
"""

import struct

# ISO/IEC 10918-1 B.1.1.3, table B.1.
_SOI = b"\xff\xd8"
_APP1 = 0xE1
_SOS = 0xDA
_EXIF = b"Exif\x00\x00"
_IMAGE_DESCRIPTION = 0x010E  # Exif 2.32 4.6.4
_EXIF_POINTER = 0x8769
_USER_COMMENT = 0x9286  # Exif 2.32 4.6.5
_ASCII, _LONG, _UNDEFINED = 2, 4, 7  # TIFF 6.0 section 2: field types
_LONGEST_TEXT = 2000


class NotJpegError(ValueError):
    """The bytes are no JPEG (ISO/IEC 10918-1)."""


def with_mark(jpeg: bytes, text: str) -> bytes:
    """``jpeg`` with ``text`` as its Exif description (UTF-8) and comment (UTF-16). Cut after 2,000 characters.

    Raises :class:`NotJpegError`.
    """
    if not jpeg.startswith(_SOI):
        raise NotJpegError("no JPEG: it does not begin with SOI")
    return _SOI + _exif_segment(text[:_LONGEST_TEXT]) + _without_exif(jpeg)


def _exif_segment(text: str) -> bytes:
    description = text.encode() + b"\x00"
    # Exif 2.32 4.6.5: eight bytes name the character code of a UserComment.
    comment = b"UNICODE\x00" + text.encode("utf-16-be")
    # Big-endian TIFF (TIFF 6.0 section 2): header 8 bytes, IFD0 with two entries, the Exif IFD with one, the two texts.
    first_ifd, exif_ifd = 8, 8 + 2 + 2 * 12 + 4
    texts = exif_ifd + 2 + 12 + 4
    tiff = struct.pack(">2sHI", b"MM", 42, first_ifd)
    tiff += struct.pack(">H", 2)
    tiff += struct.pack(">HHII", _IMAGE_DESCRIPTION, _ASCII, max(len(description), 5), texts)
    tiff += struct.pack(">HHII", _EXIF_POINTER, _LONG, 1, exif_ifd)
    tiff += struct.pack(">I", 0)
    description = description.ljust(
        5, b"\x00"
    )  # a value of four bytes or fewer would stand in the entry itself
    tiff += struct.pack(">H", 1)
    tiff += struct.pack(">HHII", _USER_COMMENT, _UNDEFINED, len(comment), texts + len(description))
    tiff += struct.pack(">I", 0) + description + comment
    body = _EXIF + tiff
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body


def _without_exif(jpeg: bytes) -> bytes:
    """Everything after SOI, less the Exif segments before the picture's data."""
    kept = bytearray()
    position = len(_SOI)
    # ISO/IEC 10918-1 B.1.1.4: a segment's length counts itself, not its marker.
    while position + 4 <= len(jpeg):
        marker, length = jpeg[position + 1], int.from_bytes(jpeg[position + 2 : position + 4], "big")
        if jpeg[position] != 0xFF or length < 2:
            raise NotJpegError(f"no JPEG segment at byte {position}")
        if marker == _SOS:
            break
        end = position + 2 + length
        if not (marker == _APP1 and jpeg.startswith(_EXIF, position + 4)):
            kept += jpeg[position:end]
        position = end
    return bytes(kept) + jpeg[position:]
