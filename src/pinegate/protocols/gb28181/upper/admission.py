"""Who may speak without being registered, and how often (S19).

A host's share is one for everybody at it, forged senders too. So that they cannot keep a device of that host out,
who answers a challenge of ours is asked for nothing more, a known device's first REGISTER has room of its own, and what
is forged by UDP takes nothing from TCP.
"""

import re

from pinegate.protocols.gb28181.upper.config import AccountLookup, UpperPlatformConfig
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.nonces import NonceBook, NonceCheck
from pinegate.token_buckets import TokenBuckets

_MOST_KEYS = 16_384
_ANSWERS = 8
"""Wrong passwords a challenge: a device's repetitions, and no more guesses than the challenges allow."""
_KNOWN_AT_ONCE = 10
_KNOWN_A_SECOND = 1.0
_NONCE = re.compile(r'\bnonce[ \t]*=[ \t]*"?([0-9a-f]{32})\b')
_RAW_NONCE = re.compile(_NONCE.pattern.encode())
_RAW_SENDER = re.compile(rb"\n(?:from|f)[ \t]*:[^\r\n]{0,256}?sip:([0-9A-Za-z._-]{1,64})@", re.IGNORECASE)


class Admission:
    """Asked for what strangers send, before it costs work: of a datagram before it is parsed."""

    def __init__(self, config: UpperPlatformConfig, nonces: NonceBook, lookup: AccountLookup) -> None:
        self._nonces = nonces
        self._lookup = lookup
        self._strangers = TokenBuckets(
            burst=config.source_burst, per_second=config.source_rate, most_keys=_MOST_KEYS
        )
        self._answers = TokenBuckets(burst=_ANSWERS, per_second=0.0, most_keys=_MOST_KEYS)
        self._known = TokenBuckets(burst=_KNOWN_AT_ONCE, per_second=_KNOWN_A_SECOND, most_keys=_MOST_KEYS)

    def admits_datagram(self, data: bytes, flow: Flow, now: float) -> bool:
        """Whether to read what came by UDP from somebody who is not registered there."""
        if not data.startswith(b"REGISTER "):
            return self._strangers.allow(_source(flow), now)
        nonce = _RAW_NONCE.search(data)
        sender = _RAW_SENDER.search(data)
        return self._admits(
            nonce[1].decode() if nonce else "", sender[1].decode() if sender else "", flow, now
        )

    def admits_request(self, request: Request, flow: Flow, now: float) -> bool:
        """The same for a request on a connection."""
        if request.method != "REGISTER":
            return self._strangers.allow(_source(flow), now)
        nonce = _NONCE.search(request.headers.get("authorization") or "")
        return self._admits(nonce[1] if nonce else "", request.from_.user, flow, now)

    def _admits(self, nonce: str, device_id: str, flow: Flow, now: float) -> bool:
        if nonce and self._nonces.check(nonce, None, flow, now) is not NonceCheck.FOREIGN:
            return self._answers.allow(nonce, now)
        if self._strangers.allow(_source(flow), now):
            return True
        known = self._lookup(device_id) is not None
        return known and self._known.allow(f"{_source(flow)} {device_id}", now)

    def proven(self, nonce: str, flow: Flow) -> None:
        """A password was right: any number of devices behind one address may follow."""
        self._answers.pay_back(nonce, 1)
        self._strangers.pay_back(_source(flow), 1)


def _source(flow: Flow) -> str:
    return f"{flow.transport} {flow.host}"
