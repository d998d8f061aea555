"""The peer's faults as values, and the one exception that parsers use between themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MalformedMessage:
    """Bytes that are not a SIP message. ``fault``: a short fixed name, good as a counter's label.

    ``fatal``: on a stream the message borders are lost, so the connection must be closed.
    """

    fault: str
    fatal: bool = False


def printable(text: str, limit: int = 64) -> str:
    """A peer's text, fit for logs and events: cut, and without what is not to be printed (S26)."""
    return "".join(character if character.isprintable() else "?" for character in text[:limit])


class SipSyntaxError(ValueError):
    """A header value breaks its grammar; never leaves the ``sip`` package. ``args[0]`` is the fault's
    name.
    """
