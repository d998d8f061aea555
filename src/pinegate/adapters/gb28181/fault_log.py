"""What peers do wrong, counted and logged: one line a second at most, however hard they try."""

from collections import Counter
from collections.abc import Callable, Mapping

import structlog

from pinegate.protocols.gb28181.upper.events import MessageRejected

_log = structlog.get_logger(__name__)


class FaultLog:
    """``log`` is called once a second. ``audit_refusal(device_code, host, reason)`` hears of one refused
    REGISTER a second: the audit log must not be fillable from outside.
    """

    def __init__(self, audit_refusal: Callable[[str, str, str], None]) -> None:
        self._audit_refusal = audit_refusal
        self._logged: Counter[str] = Counter()
        self._refused = 0
        self._refusal: MessageRejected | None = None
        self._registration_heard = False

    def refused(self, event: MessageRejected) -> None:
        """A peer was refused; the first of each second is named."""
        self._refused += 1
        if event.method == "REGISTER" and not self._registration_heard:
            self._registration_heard = True
            self._refusal = event
            self._audit_refusal(event.claimed_id, event.flow.host, event.reason.value)
        self._refusal = self._refusal or event

    def log(self, totals: Mapping[str, int]) -> None:
        """Log what was added to ``totals`` (name → count since the start) since the last call, if anything."""
        added = {name: count for name, count in (Counter(totals) - self._logged).items() if count > 0}
        if self._refused:
            added["refused"] = self._refused
        if added:
            first = self._refusal
            named = {} if first is None else {"host": first.flow.host, "reason": first.reason.value}
            _log.warning("sip_faults_counted", **named, counts=added)
        self._logged = Counter(totals)
        self._refused, self._refusal, self._registration_heard = 0, None, False
