"""Dialogs, both ends (RFC 3261 section 12)."""

from dataclasses import dataclass
from enum import Enum, auto

from pinegate.protocols.sip.addresses import NameAddr
from pinegate.protocols.sip.faults import SipSyntaxError
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response

DialogKey = tuple[str, str, str]
"""Call-ID, our tag, the peer's tag (RFC 3261 12)."""


class Belonging(Enum):
    """How a request relates to a dialog."""

    FITS = auto()
    OTHER_SOURCE = auto()
    OLD_CSEQ = auto()


@dataclass(slots=True)
class Dialog:
    """One dialog as we see it. ``local``/``remote``: From/To values of our requests, with tags.

    ``flow`` is where our requests go and where the peer's must come from (S16); ``remote_target`` is only
    written into the Request-URI: what a Contact claims never decides where bytes are sent.
    """

    call_id: str
    local: str
    remote: str
    local_tag: str
    remote_tag: str
    local_cseq: int
    remote_cseq: int
    remote_target: str
    route_set: tuple[str, ...]
    flow: Flow

    @property
    def key(self) -> DialogKey:
        """What finds this dialog."""
        return self.call_id, self.local_tag, self.remote_tag

    def next_cseq(self) -> int:
        """The number of our next request (RFC 3261 12.2.1.1; not for ACK and CANCEL)."""
        self.local_cseq += 1
        return self.local_cseq

    def check(self, request: Request, source: Flow) -> Belonging:
        """Whether ``request`` (whose tags found this dialog) is the peer's: right source, rising CSeq
        (RFC 3261 12.2.2).
        """
        if source != self.flow:
            return Belonging.OTHER_SOURCE
        if request.cseq[0] <= self.remote_cseq:
            return Belonging.OLD_CSEQ
        return Belonging.FITS

    def took(self, request: Request) -> None:
        """Note the CSeq of a request that ``check`` found fitting."""
        self.remote_cseq = request.cseq[0]


def _target(message: Request | Response, fallback: str) -> str:
    contacts = message.headers.all("contact")
    if not contacts:
        return fallback
    try:
        return NameAddr.parse(contacts[0]).uri
    except SipSyntaxError:
        return fallback


def dialog_of_answer(request: Request, response: Response, flow: Flow) -> Dialog:
    """The caller's or subscriber's side, from a 2xx (RFC 3261 12.1.2). A peer without To tag has an empty
    one.
    """
    return Dialog(
        request.call_id,
        request.headers.get("from") or "",
        response.headers.get("to") or "",
        request.from_.tag,
        response.to.tag,
        request.cseq[0],
        -1,  # RFC 3261 12.1.2: the remote sequence number is empty
        _target(response, request.uri),
        tuple(reversed(response.headers.all("record-route"))),  # RFC 3261 12.1.2: in reverse order
        flow,
    )


def dialog_of_request(request: Request, local_tag: str, local_cseq: int, flow: Flow) -> Dialog:
    """The called side, from the request that makes the dialog (RFC 3261 12.1.1)."""
    return Dialog(
        request.call_id,
        f"{request.headers.get('to')};tag={local_tag}",
        request.headers.get("from") or "",
        local_tag,
        request.from_.tag,
        local_cseq,
        request.cseq[0],
        _target(request, request.from_.uri),
        tuple(request.headers.all("record-route")),  # RFC 3261 12.1.1: in order
        flow,
    )


def key_of_request(request: Request) -> DialogKey:
    """The dialog that a request of the peer names: our tag is in To, the peer's in From (RFC 3261
    12.2.2).
    """
    return request.call_id, request.to.tag, request.from_.tag
