"""SIP addresses: URI, name-addr, Via (RFC 3261 sections 19.1, 20.10, 20.42; rport: RFC 3581).

Lenient on purpose: real GB/T 28181 identifiers break every rule (numeric domains, 18 to 22 digits, no
port).
"""

import re
from typing import NamedTuple

from pinegate.protocols.sip.faults import SipSyntaxError
from pinegate.protocols.sip.flow import Flow

Params = tuple[tuple[str, str | None], ...]

_PARAM = re.compile(r'\s*;\s*([^\s;=",<>]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;,"<>]*))?\s*')
# RFC 3261 20.42, 25.1 (via-parm). Possessive (``*+``): two neighbouring runs of blanks must not be tried in every
# split (S19).
_VIA = re.compile(
    r"\s*+SIP\s*+/\s*+2\.0\s*+/\s*+([A-Za-z0-9.+-]++)\s++"
    r"(\[[0-9A-Fa-f:.]++\]|[^\s;,:]++)\s*+(?::\s*+(\d{1,5}))?\s*+(;.*)?"
)
_HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s;?:\[\]<>@]+)(?::(\d{1,5}))?(;[^?]*)?(?:\?.*)?")
_QUOTED = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*<')
# RFC 3581 3: a client's rport has no value.
_BARE_RPORT = re.compile(r";\s*rport\s*(?=;|$)", re.IGNORECASE)


def parse_params(text: str) -> Params:
    """``;name=value;name`` → pairs, names in lower case, quotes kept. Raises :class:`SipSyntaxError`."""
    params: list[tuple[str, str | None]] = []
    position, end = 0, len(text)
    while position < end:
        match = _PARAM.match(text, position)
        if match is None:
            if text[position:].strip("; \t"):
                raise SipSyntaxError("params")
            break
        params.append((match[1].lower(), match[2]))
        position = match.end()
    return tuple(params)


def param(params: Params, name: str) -> str | None:
    """The value of ``name``; empty when it stands alone; ``None`` when it is missing."""
    for key, value in params:
        if key == name:
            return value or ""
    return None


def split_list(value: str) -> list[str]:
    """A comma-separated header value in its parts (RFC 3261 7.3.1); commas in quotes and angle brackets do not
    separate.
    """
    if "," not in value:
        return [value]
    parts: list[str] = []
    start, quoted, angle, escaped = 0, False, False, False
    for index, character in enumerate(value):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = character == "\\", character != '"'
        elif character == '"':
            quoted = True
        elif character in "<>":
            angle = character == "<"
        elif character == "," and not angle:
            parts.append(value[start:index].strip())
            start = index + 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


class SipUri(NamedTuple):
    """``sip:user@host:port;params`` (RFC 3261 19.1.1). ``user`` as written (escapes kept); ``port`` ``None`` when
    left out.
    """

    user: str
    host: str
    port: int | None = None
    params: Params = ()
    scheme: str = "sip"

    @staticmethod
    def parse(text: str) -> "SipUri":
        """Raises :class:`SipSyntaxError` for another scheme or no host."""
        scheme, colon, rest = text.strip().partition(":")
        scheme = scheme.lower()
        if not colon or scheme not in ("sip", "sips"):
            raise SipSyntaxError("uri_scheme")
        user, at, hostport = rest.rpartition("@")
        match = _HOST_PORT.fullmatch(hostport)  # "?headers" are dropped: RFC 3261 19.1.1
        if match is None or (at and not user):
            raise SipSyntaxError("uri")
        port = int(match[2]) if match[2] else None
        if port is not None and port > 65_535:
            raise SipSyntaxError("uri_port")
        return SipUri(user.partition(":")[0], match[1], port, parse_params(match[3] or ""), scheme)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        params = "".join(f";{name}" if value is None else f";{name}={value}" for name, value in self.params)
        return f"{self.scheme}:{self.user + '@' if self.user else ''}{self.host}{port}{params}"


class NameAddr(NamedTuple):
    """The value of From, To, Contact, Route: display name, URI as written, and the header's own
    parameters.
    """

    uri: str
    params: Params = ()
    display: str = ""

    @staticmethod
    def parse(text: str) -> "NameAddr":
        """Raises :class:`SipSyntaxError`."""
        quoted = _QUOTED.match(text)
        start = quoted.end() - 1 if quoted else text.find("<")
        if start < 0:
            if '"' in text:
                raise SipSyntaxError("name_addr")
            # RFC 3261 20: without angle brackets, what follows ";" belongs to the header, not to the URI.
            uri, semicolon, rest = text.partition(";")
            return NameAddr(_checked(uri.strip()), parse_params(semicolon + rest))
        end = text.find(">", start)
        if end < 0 or (not quoted and '"' in text[:start]):
            raise SipSyntaxError("name_addr")
        display = quoted[1] if quoted else text[:start].strip()
        return NameAddr(_checked(text[start + 1 : end].strip()), parse_params(text[end + 1 :]), display)

    @property
    def tag(self) -> str:
        """The ``tag`` parameter (RFC 3261 19.3), or empty."""
        return param(self.params, "tag") or ""

    @property
    def user(self) -> str:
        """The URI's user part (in GB/T 28181 the code of the device), or empty."""
        rest = self.uri.partition(":")[2]
        user, at, _ = rest.rpartition("@")
        return user.partition(":")[0] if at else ""


def _checked(uri: str) -> str:
    if ":" not in uri or any(character in uri for character in ' \t<>"'):
        raise SipSyntaxError("uri")
    return uri


class Via(NamedTuple):
    """The topmost Via (RFC 3261 20.42). ``sent_by`` in lower case, with its port when written."""

    transport: str
    sent_by: str
    params: Params

    @staticmethod
    def parse(text: str) -> "Via":
        """Raises :class:`SipSyntaxError`."""
        match = _VIA.fullmatch(text)
        if match is None:
            raise SipSyntaxError("via")
        sent_by = f"{match[2]}:{match[3]}" if match[3] else match[2]
        return Via(match[1].upper(), sent_by.lower(), parse_params(match[4] or ""))

    @property
    def branch(self) -> str:
        """The ``branch`` parameter (RFC 3261 8.1.1.7), or empty (RFC 2543 peers)."""
        return param(self.params, "branch") or ""


def via_with_source(top: str, flow: Flow) -> str:
    """The top Via as it goes into a response: ``rport`` filled, ``received`` added (RFC 3581 4; RFC 3261 18.2.1)."""
    filled, count = _BARE_RPORT.subn(f";rport={flow.port};received={flow.host}", top, count=1)
    return filled if count else f"{top};received={flow.host}"
