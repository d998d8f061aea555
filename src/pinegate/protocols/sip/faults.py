"""The peer's faults as values, and the one exception that parsers use between themselves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Malformed:
    """Bytes that are not a SIP message. ``fault``: a short fixed name, good as a counter's label.

    ``fatal``: on a stream the message borders are lost, so the connection must be closed.
    """

    fault: str
    fatal: bool = False


class SipSyntaxError(ValueError):
    """A header value breaks its grammar; never leaves the ``sip`` package. ``args[0]`` is the fault's
    name.
    """
