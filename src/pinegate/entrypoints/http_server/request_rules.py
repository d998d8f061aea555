"""What of a request's head is refused though the parser takes it: what two programs may read in two ways.

llhttp itself refuses both lengths at once, a length twice, bare CR and LF, folded lines, and blanks before a colon.
"""

from collections.abc import Sequence

_ONCE = frozenset({b"host", b"authorization", b"content-type", b"cookie", b"origin"})
"""Where two programs may take different ones of several."""

Header = tuple[bytes, bytes]


def fault_of_head(version: str, target: bytes, headers: Sequence[Header]) -> str | None:
    """What to correct, or None. ``headers`` have lower-case names."""
    names = [name for name, _ in headers]
    if version not in ("1.0", "1.1"):
        return "Speak HTTP/1.1."
    if not target.startswith(b"/") or b"#" in target:
        return "Ask for a path on this server: it is no proxy."  # RFC 9112 3.2
    if version == "1.1" and b"host" not in names:
        return "Send a Host header."  # RFC 9112 3.2
    if any(names.count(name) > 1 for name in _ONCE.intersection(names)):
        return "Send each of Host, Authorization, Content-Type, Cookie and Origin once at most."
    encodings = [value.lower() for name, value in headers if name == b"transfer-encoding"]
    if encodings and (encodings != [b"chunked"] or version == "1.0"):
        return "Transfer-Encoding may be chunked alone."  # RFC 9112 6.1
    return None
