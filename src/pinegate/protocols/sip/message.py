"""SIP requests and responses (RFC 3261 section 7): what is received can be sent again byte for byte."""

from collections.abc import Iterable, Iterator

from pinegate.protocols.deviations import Deviation
from pinegate.protocols.sip.addresses import NameAddr, Via, split_list, via_with_source
from pinegate.protocols.sip.faults import SipSyntaxError
from pinegate.protocols.sip.flow import Flow

# RFC 3261 7.3.3 and 20; "o" and "u": RFC 6665 8.2; "r": RFC 3515 2.1.
_COMPACT = {
    "i": "call-id",
    "m": "contact",
    "e": "content-encoding",
    "l": "content-length",
    "c": "content-type",
    "f": "from",
    "s": "subject",
    "k": "supported",
    "t": "to",
    "v": "via",
    "o": "event",
    "u": "allow-events",
    "r": "refer-to",
}
_COMMON = (
    "Via From To Call-ID CSeq Contact Max-Forwards Content-Length Content-Type Expires Authorization Event "
    "WWW-Authenticate User-Agent X-GB-Ver Subject Date Subscription-State Allow Route Record-Route"
)
KNOWN_NAMES = {name: name.lower() for name in _COMMON.split()} | _COMPACT
"""Names as most peers write them → canonical; everything else goes through ``canonical``."""

# RFC 3261 21.
REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    420: "Bad Extension",
    423: "Interval Too Brief",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",  # RFC 6665 8.3.2
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}


def canonical(name: str) -> str:
    """A header's name in lower case and long form (RFC 3261 7.3.1, 7.3.3)."""
    lower = name.lower()
    return _COMPACT.get(lower, lower)


class Headers:
    """Header fields in order, names as written, found by name without regard to case or compact form."""

    __slots__ = ("entries",)

    def __init__(self, entries: Iterable[tuple[str, str]] = ()) -> None:
        self.entries = [(KNOWN_NAMES.get(name) or canonical(name), name, value) for name, value in entries]

    def get(self, name: str) -> str | None:
        """The first value of a header given by its canonical name (lower case, long form)."""
        for key, _, value in self.entries:
            if key == name:
                return value
        return None

    def all(self, name: str) -> list[str]:
        """All values of a list header by canonical name, comma-separated ones taken apart (RFC 3261 7.3.1)."""
        return [part for key, _, value in self.entries if key == name for part in split_list(value)]

    def add(self, name: str, value: str) -> None:
        """Append a field."""
        self.entries.append((KNOWN_NAMES.get(name) or canonical(name), name, value))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for _, name, value in self.entries)


class _Message:
    """What requests and responses share. Typed views are parsed once, on first use."""

    __slots__ = ("_cseq", "_from", "_to", "_via", "body", "deviations", "headers")

    def __init__(self, headers: Headers, body: bytes = b"") -> None:
        self.headers = headers
        self.body = body
        self.deviations: tuple[Deviation, ...] = ()
        """What was overlooked in reading it."""
        self._via: Via | None = None
        self._from: NameAddr | None = None
        self._to: NameAddr | None = None
        self._cseq: tuple[int, str] | None = None

    def _required(self, name: str) -> str:
        value = self.headers.get(name)
        if not value:
            raise SipSyntaxError(f"no_{name}")
        return value

    @property
    def via(self) -> Via:
        """The topmost Via."""
        if self._via is None:
            self._via = Via.parse(split_list(self._required("via"))[0])
        return self._via

    @property
    def from_(self) -> NameAddr:
        """From."""
        if self._from is None:
            self._from = NameAddr.parse(self._required("from"))
        return self._from

    @property
    def to(self) -> NameAddr:
        """To."""
        if self._to is None:
            self._to = NameAddr.parse(self._required("to"))
        return self._to

    @property
    def call_id(self) -> str:
        """Call-ID."""
        return self._required("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        """CSeq as (number, method); the number is below 2**31 (RFC 3261 8.1.1.5)."""
        if self._cseq is None:
            number, _, method = self._required("cseq").partition(" ")
            if not (number.isascii() and number.isdigit()) or len(number) > 10 or int(number) >= 1 << 31:
                raise SipSyntaxError("cseq")
            self._cseq = (int(number), method.strip())
        return self._cseq

    def _serialise(self, start: str) -> bytes:
        lines = [start]
        lines.extend([f"{name}: {value}" for _, name, value in self.headers.entries])
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise ValueError("a SIP header value must not hold a line break")
        return head.encode("utf-8", "surrogateescape") + b"\r\n\r\n" + self.body


class Request(_Message):
    """A request (RFC 3261 7.1). ``uri``: the Request-URI as written."""

    __slots__ = ("method", "uri")

    def __init__(self, method: str, uri: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.method = method
        self.uri = uri

    def serialise(self) -> bytes:
        """The bytes to send; raises ``ValueError`` when one of our header values holds a line break."""
        return self._serialise(f"{self.method} {self.uri} SIP/2.0")


class Response(_Message):
    """A response (RFC 3261 7.2). ``status``: 100–699."""

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, headers: Headers, body: bytes = b"") -> None:
        super().__init__(headers, body)
        self.status = status
        self.reason = reason

    def serialise(self) -> bytes:
        """The bytes to send; raises ``ValueError`` when one of our header values holds a line break."""
        return self._serialise(f"SIP/2.0 {self.status} {self.reason}")


def response_to(
    request: Request,
    status: int,
    flow: Flow,
    *,
    to_tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    content: tuple[str, bytes] | None = None,
) -> Response:
    """A response to ``request`` as RFC 3261 8.2.6 builds it. ``content``: Content-Type and body."""
    fields: list[tuple[str, str]] = []
    for key, _, value in request.headers.entries:
        if key == "via":
            fields.append(("Via", _first_via(value, flow) if not fields else value))
    to = request.headers.get("to") or ""
    if to_tag and status != 100 and not request.to.tag:  # RFC 3261 8.2.6.2
        to = f"{to};tag={to_tag}"
    fields.append(("From", request.headers.get("from") or ""))
    fields.append(("To", to))
    fields.append(("Call-ID", request.call_id))
    fields.append(("CSeq", request.headers.get("cseq") or ""))
    if 100 < status < 300:  # RFC 3261 12.1.1: what makes a dialog carries the route back
        fields.extend(("Record-Route", route) for route in request.headers.all("record-route"))
    fields.extend(headers)
    body = b""
    if content is not None:
        fields.append(("Content-Type", content[0]))
        body = content[1]
    fields.append(("Content-Length", str(len(body))))
    return Response(status, REASONS.get(status, "Unknown"), Headers(fields), body)


def _first_via(value: str, flow: Flow) -> str:
    first, *others = split_list(value)
    return ", ".join([via_with_source(first, flow), *others])
