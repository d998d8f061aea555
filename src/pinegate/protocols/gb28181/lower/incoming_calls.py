"""INVITEs that the lower side gets: 200 until ACK, BYE both ways, CANCEL (RFC 3261 sections 9, 13.3, 15; S16)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from pinegate.protocols.gb28181.lower.events import CallConfirmed, CallFinished, InviteReceived, LowerEvent
from pinegate.protocols.sdp.codec import parse_sdp, serialise_sdp
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.addresses import NameAddr
from pinegate.protocols.sip.dialogs import Belonging, Dialog, dialog_of_request, key_of_request
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response, response_to
from pinegate.protocols.sip.schedule import Deadline
from pinegate.protocols.sip.transaction_tables import T1, T2
from pinegate.protocols.sip.transactions import ServerTransaction

_MAX_CALLS = 4_096


class _State(Enum):
    WAITING = auto()
    ANSWERED = auto()
    CONFIRMED = auto()


@dataclass(slots=True)
class _Call:
    request: Request
    flow: Flow
    transaction: ServerTransaction
    state: _State = _State.WAITING
    dialog: Dialog | None = None
    accepted: Response | None = None
    deadline: Deadline | None = None
    give_up_at: float = 0.0
    hung_up: bool = False


class IncomingCalls:
    """Calls by name; the name is our tag in the call's dialog, unpredictable and unique."""

    def __init__(self, endpoint: SipEndpoint, emit: Callable[[LowerEvent], None]) -> None:
        self._endpoint = endpoint
        self._emit = emit
        self._calls: dict[str, _Call] = {}

    def receive_invite(self, request: Request, flow: Flow, now: float) -> None:
        """100 at once (RFC 3261 17.2.1); the owner decides."""
        if request.to.tag:
            # A changed offer inside a call is not for us (RFC 3261 14.2); a call that we do not know does not
            # exist (12.2.2).
            known = self._find(request, flow)
            self._endpoint.reply(request, flow, 488 if known else 481, now)
            return
        offer = parse_sdp(request.body)
        if offer is None or not offer.media:
            self._endpoint.reply(request, flow, 488, now)
        elif len(self._calls) >= _MAX_CALLS:
            self._endpoint.reply(request, flow, 486, now)
        else:
            call = self._endpoint.token()
            transaction = self._endpoint.transactions.accept(request, flow, now)
            self._endpoint.transactions.respond(transaction, response_to(request, 100, flow), now)
            self._calls[call] = _Call(request, flow, transaction)
            channel_id = NameAddr(request.uri).user or request.to.user
            self._emit(InviteReceived(call, channel_id, offer, flow.host))

    def answer(self, name: str, answer: SessionDescription, now: float) -> None:
        """200 with SDP, again and again until ACK (RFC 3261 13.3.1.4)."""
        call = self._waiting(name)
        call.accepted = response_to(
            call.request,
            200,
            call.flow,
            to_tag=name,
            headers=[("Contact", self._endpoint.identity.contact)],
            content=("application/sdp", serialise_sdp(answer)),
        )
        call.dialog = dialog_of_request(call.request, name, 0, call.flow)
        call.state = _State.ANSWERED
        call.give_up_at = now + 64 * T1
        self._send_answer(name, call, T1, now)

    def reject(self, name: str, status: int, now: float) -> None:
        """A final answer of 400–699."""
        call = self._waiting(name)
        if not 400 <= status <= 699:
            raise ValueError("a rejection has a status from 400 to 699")
        del self._calls[name]
        self._refuse(name, call, status, now)
        self._emit(CallFinished(name, "rejected"))

    def hang_up(self, name: str, now: float) -> None:
        """BYE; a call that is not yet acknowledged gets it on its ACK (RFC 3261 15)."""
        call = self._calls.get(name)
        if call is None or call.hung_up:
            return
        if call.state is _State.WAITING:
            self.reject(name, 486, now)
            return
        if call.state is _State.CONFIRMED:
            del self._calls[name]
            self._bye(call, now)
        call.hung_up = True
        self._emit(CallFinished(name, "hung_up"))

    def receive_ack(self, request: Request, flow: Flow, now: float) -> None:
        """The ACK of our 200 (RFC 3261 13.3.1.4); any other is ignored."""
        call = self._find(request, flow)
        if call is None or call.state is not _State.ANSWERED or request.cseq[0] != call.request.cseq[0]:
            return
        if call.deadline is not None:
            call.deadline.cancel()
        call.state = _State.CONFIRMED
        if call.hung_up:
            del self._calls[request.to.tag]
            self._bye(call, now)
        else:
            self._emit(CallConfirmed(request.to.tag))

    def receive_bye(self, request: Request, flow: Flow, now: float) -> None:
        """200 when Call-ID, both tags, source and CSeq fit, else 481 (RFC 3261 15.1.2)."""
        call = self._find(request, flow)
        if call is None or call.dialog is None or call.dialog.check(request, flow) is not Belonging.FITS:
            self._endpoint.refuse(request, flow, 481)
            return
        self._endpoint.reply(request, flow, 200, now)
        self._finish(request.to.tag, "bye")

    def receive_cancel(self, request: Request, flow: Flow, now: float) -> None:
        """200 and 487 for the INVITE that it means, else 481; too late for one that is answered (RFC 3261
        9.2).
        """
        transaction = self._endpoint.transactions.find_invite(request, flow)
        if transaction is None:
            self._endpoint.refuse(request, flow, 481)
            return
        self._endpoint.reply(request, flow, 200, now)
        for name, call in self._calls.items():
            if call.transaction is transaction and call.state is _State.WAITING:
                self._refuse(name, call, 487, now)
                self._finish(name, "cancelled")
                return

    def end_all(self, reason: str, now: float, *, bye: bool) -> None:
        """All calls are over; with ``bye`` the platform is told."""
        for name, call in list(self._calls.items()):
            if bye and call.state is _State.WAITING:
                self._refuse(name, call, 486, now)
            elif bye:
                self._bye(call, now)
            self._finish(name, reason)

    def _finish(self, name: str, reason: str) -> None:
        call = self._calls.pop(name)
        if call.deadline is not None:
            call.deadline.cancel()
        if not call.hung_up:
            self._emit(CallFinished(name, reason))

    def _waiting(self, name: str) -> _Call:
        call = self._calls[name]
        if call.state is not _State.WAITING:
            raise KeyError(name)
        return call

    def _find(self, request: Request, flow: Flow) -> _Call | None:
        call = self._calls.get(request.to.tag)
        if call is None or call.dialog is None or call.flow != flow:
            return None
        return call if call.dialog.key == key_of_request(request) else None

    def _refuse(self, name: str, call: _Call, status: int, now: float) -> None:
        response = response_to(call.request, status, call.flow, to_tag=name)
        self._endpoint.transactions.respond(call.transaction, response, now)

    def _bye(self, call: _Call, now: float) -> None:
        if call.dialog is not None:
            bye = self._endpoint.compose_in_dialog(call.dialog, "BYE")
            self._endpoint.send(bye, call.flow, None, now)

    def _send_answer(self, name: str, call: _Call, interval: float, now: float) -> None:
        if call.state is not _State.ANSWERED or call.accepted is None:
            return
        if now >= call.give_up_at:
            self._bye(call, now)
            self._finish(name, "no_ack")
            return
        self._endpoint.transactions.respond(call.transaction, call.accepted, now)
        if call.flow.transport == "tcp":
            interval = 64 * T1
        due = min(now + interval, call.give_up_at)
        call.deadline = self._endpoint.schedule.at(
            due, lambda later: self._send_answer(name, call, min(2 * interval, T2), later)
        )
