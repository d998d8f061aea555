"""Live INVITEs of the upper platform: offer, ACK, BYE both ways, CANCEL (RFC 3261 9, 13, 15; GB/T 28181-2022
9.2; S16).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from pinegate.protocols.gb28181.upper.events import (
    CallEnded,
    CallEndReason,
    CallFailed,
    InviteAnswered,
    UpperEvent,
)
from pinegate.protocols.gb28181.upper.registrar import Registration
from pinegate.protocols.sdp.codec import parse_sdp, serialise_sdp
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.dialogs import Belonging, Dialog, dialog_of_answer, key_of_request
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.faults import printable
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response
from pinegate.protocols.sip.schedule import Deadline
from pinegate.protocols.sip.transaction_tables import T1
from pinegate.protocols.sip.transactions import cancel_of

_CANCEL_WAIT = 64 * T1


class CallState(Enum):
    """INVITING: no answer yet. CANCELLED: we no longer want it. CONFIRMED: answered and acknowledged."""

    INVITING = auto()
    CANCELLED = auto()
    CONFIRMED = auto()


@dataclass(slots=True)
class _Call:
    device_id: str
    channel_id: str
    invite: Request
    flow: Flow
    deadline: Deadline
    state: CallState = CallState.INVITING
    provisional: bool = False
    dialog: Dialog | None = None
    ack: Request | None = None


class OutgoingCalls:
    """All calls by name (their Call-ID)."""

    def __init__(
        self, endpoint: SipEndpoint, emit: Callable[[UpperEvent], None], domain: str, timeout: float
    ) -> None:
        self._endpoint = endpoint
        self._emit = emit
        self._domain = domain
        self._timeout = timeout
        self._calls: dict[str, _Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def invite(self, device: Registration, channel_id: str, offer: SessionDescription, now: float) -> str:
        """Send INVITE; the name of the call. Raises ``ValueError`` when the offer holds a line break."""
        our_id = self._endpoint.identity.user
        request = self._endpoint.compose(
            "INVITE",
            f"sip:{channel_id}@{device.target}",
            f"<sip:{channel_id}@{self._domain}>",
            device.flow,
            contact=True,
            # GB/T 28181-2022 annex L.
            fields=[("Subject", f"{channel_id}:{offer.ssrc},{our_id}:0")],
            content=("application/sdp", serialise_sdp(offer)),
        )
        call = request.call_id
        deadline = self._endpoint.schedule.at(now + self._timeout, lambda later: self._give_up(call, later))
        self._calls[call] = _Call(device.device_id, channel_id, request, device.flow, deadline)
        self._endpoint.send(
            request, device.flow, lambda response, later: self._answered(call, response, later), now
        )
        return call

    def hang_up(self, call: str, now: float) -> None:
        """End a call, answered or not; without effect when it is over. ``CallEnded`` comes at once."""
        known = self._calls.get(call)
        if known is None or known.state is CallState.CANCELLED:
            return
        if known.state is CallState.INVITING:
            self._cancel(known, now)
        else:
            del self._calls[call]
            self._bye(known, now)
        self._emit(CallEnded(call, CallEndReason.HUNG_UP))

    def _give_up(self, call: str, now: float) -> None:
        known = self._calls.get(call)
        if known is not None and known.state is CallState.INVITING:
            self._cancel(known, now)
            self._emit(CallFailed(call, 408, "No final answer in time"))

    def _cancel(self, call: _Call, now: float) -> None:
        call.state = CallState.CANCELLED
        call.deadline.cancel()
        call.deadline = self._endpoint.schedule.at(now + _CANCEL_WAIT, lambda _: self._abandon(call))
        if call.provisional:  # RFC 3261 9.1: no CANCEL before a provisional answer
            self._endpoint.send(cancel_of(call.invite), call.flow, None, now)

    def _abandon(self, call: _Call) -> None:
        """A cancelled INVITE that is never answered is over all the same (RFC 3261 9.1)."""
        self._endpoint.transactions.abandon(call.invite)
        self._calls.pop(call.invite.call_id, None)

    def _answered(self, name: str, response: Response | None, now: float) -> None:
        call = self._calls.get(name)
        if response is None:
            self._refused(name, call, 408, "No answer")
        elif response.status < 200:
            self._provisional(call, now)
        elif response.status < 300:
            self._accepted(name, call, response, now)
        else:
            # 401 and 407 too: an INVITE of ours is never answered with credentials (S14).
            self._refused(name, call, response.status, response.reason)

    def _provisional(self, call: _Call | None, now: float) -> None:
        if call is None or call.provisional:
            return
        call.provisional = True
        if call.state is CallState.CANCELLED:
            self._endpoint.send(cancel_of(call.invite), call.flow, None, now)

    def _accepted(self, name: str, call: _Call | None, response: Response, now: float) -> None:
        if call is None:
            return
        if call.dialog is not None and call.ack is not None:
            # RFC 3261 13.2.2.4: a repeated 2xx is acknowledged again.
            if call.dialog.remote_tag == response.to.tag:
                self._endpoint.send_ack(call.ack, call.flow)
            return
        call.dialog = dialog_of_answer(call.invite, response, call.flow)
        call.ack = self._endpoint.compose_in_dialog(call.dialog, "ACK", cseq=call.invite.cseq[0])
        self._endpoint.send_ack(call.ack, call.flow)
        call.deadline.cancel()
        if call.state is CallState.CANCELLED:
            del self._calls[name]
            self._bye(call, now)
            return
        call.state = CallState.CONFIRMED
        self._emit(InviteAnswered(name, parse_sdp(response.body)))

    def _refused(self, name: str, call: _Call | None, status: int, reason: str) -> None:
        if call is None or call.state is CallState.CONFIRMED:
            return
        del self._calls[name]
        call.deadline.cancel()
        if call.state is CallState.INVITING:
            self._emit(CallFailed(name, status, printable(reason)))

    def _bye(self, call: _Call, now: float) -> None:
        if call.dialog is not None:
            bye = self._endpoint.compose_in_dialog(call.dialog, "BYE")
            self._endpoint.send(bye, call.dialog.flow, None, now)

    def receive_bye(self, request: Request, flow: Flow, now: float) -> bool:
        """A BYE of a peer: True when it is the call's own device (Call-ID, both tags, source, CSeq); else 481 (RFC 3261
        15.1.2).
        """
        call_id = request.call_id
        call = self._calls.get(call_id)
        if call is None or call.dialog is None or call.dialog.key != key_of_request(request):
            return False
        if call.dialog.check(request, flow) is not Belonging.FITS:
            return False
        del self._calls[call_id]
        self._endpoint.reply(request, flow, 200, now)
        self._emit(CallEnded(call_id, CallEndReason.BYE))
        return True

    def device_of(self, call: str) -> str | None:
        """Whose call it is."""
        known = self._calls.get(call)
        return None if known is None else known.device_id

    def move_device(self, device: Registration) -> None:
        """The device proved itself at another flow: its calls follow."""
        for call in self._calls.values():
            if call.device_id == device.device_id:
                call.flow = device.flow
                if call.dialog is not None:
                    call.dialog.flow = device.flow

    def drop_device(self, device_id: str, now: float) -> None:
        """The device is offline: its calls end. On UDP it still gets a BYE, for it may be sending."""
        for name in [known for known, call in self._calls.items() if call.device_id == device_id]:
            call = self._calls.pop(name)
            call.deadline.cancel()
            if call.state is CallState.CONFIRMED:
                if call.flow.transport == "udp":
                    self._bye(call, now)
                self._emit(CallEnded(name, CallEndReason.DEVICE_OFFLINE))
                continue
            self._endpoint.transactions.abandon(call.invite)
            if call.state is CallState.INVITING:
                self._emit(CallFailed(name, 480, "The device went offline"))
