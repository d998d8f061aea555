"""A NAT forgets a device's port between two keepalives and gives it another; many devices do not register again.

Believed by proof alone, and only at the address where the device proved its password (S13, S15): what we send to the
new port is answered, and what we send to the old one is not. Who forges the address never sees our question; who sits
behind the same NAT cannot silence the device's own port.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pinegate.protocols.gb28181.upper.registrar import Registration
from pinegate.protocols.manscdp.codec import CONTENT_TYPE, serialise_message
from pinegate.protocols.manscdp.messages import Query
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request, Response

ANSWER_SECONDS = 4.0
"""Three repetitions (RFC 3261 17.1.2.1): a device that is there answers one of them."""
_AGAIN_SECONDS = 30.0
_MOST_TRIALS = 1_024


@dataclass(slots=True)
class _Trial:
    since: float
    flow: Flow
    requests: tuple[Request, ...] = ()
    new_answers: bool = False
    old_answers: bool = False


class PortMoves:
    """One trial a device in half a minute. ``moved(device, flow, now)`` is called with what is proven."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        domain: str,
        next_sn: Callable[[], int],
        moved: Callable[[Registration, Flow, float], None],
    ) -> None:
        self._endpoint = endpoint
        self._domain = domain
        self._next_sn = next_sn
        self._moved = moved
        self._trials: dict[str, _Trial] = {}

    def suspect(self, device: Registration, flow: Flow, now: float) -> None:
        """A message in the device's name came from ``flow``, where it is not registered."""
        old = device.flow
        if flow.transport != "udp" or old.transport != "udp" or flow.host != old.host:
            return
        last = self._trials.get(device.device_id)
        if last is not None and now < last.since + _AGAIN_SECONDS:
            return
        self._trials.pop(device.device_id, None)
        if len(self._trials) >= _MOST_TRIALS:
            oldest = next(iter(self._trials.values()))
            if now < oldest.since + _AGAIN_SECONDS:
                return
            del self._trials[next(iter(self._trials))]
        trial = self._trials[device.device_id] = _Trial(now, flow)

        def new_answered(response: Response | None, _: float) -> None:
            trial.new_answers = trial.new_answers or response is not None

        def old_answered(response: Response | None, _: float) -> None:
            trial.old_answers = trial.old_answers or response is not None

        asked = [(flow, new_answered), (old, old_answered)]
        questions = [(self._question(device, where), where, heard) for where, heard in asked]
        trial.requests = tuple(request for request, _, _ in questions)
        for request, where, heard in questions:
            self._endpoint.send(request, where, heard, now)
        self._endpoint.schedule.at(
            now + ANSWER_SECONDS, lambda later: self._conclude(device, old, trial, later)
        )

    def _question(self, device: Registration, flow: Flow) -> Request:
        """What every device answers with a 200, whatever it makes of OPTIONS."""
        query = Query("DeviceInfo", self._next_sn(), device.device_id)
        return self._endpoint.compose(
            "MESSAGE",
            f"sip:{device.device_id}@{device.target}",
            f"<sip:{device.device_id}@{self._domain}>",
            flow,
            content=(CONTENT_TYPE, serialise_message(query, device.encoding)),
        )

    def _conclude(self, device: Registration, old: Flow, trial: _Trial, now: float) -> None:
        for request in trial.requests:
            self._endpoint.transactions.abandon(request)
        if device.flow == old and trial.new_answers and not trial.old_answers:
            self._moved(device, trial.flow, now)
