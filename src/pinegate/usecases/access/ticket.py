"""Play tickets: 248 random bits that open one session, once, within thirty seconds (docs/decisions/0022)."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

TICKET_LIFETIME = timedelta(seconds=30)
TICKET_CHARACTERS = 64
"""In base64url without padding: the worker's number (one byte), the random part, the MAC."""
RANDOM_BYTES = 31
MOST_WORKERS = 256
_MAC_BYTES = 16


def ticket_digest(ticket: str) -> bytes:
    """What the register keeps of a ticket (SM3): who reads the database cannot play."""
    return hashlib.new("sm3", ticket.encode()).digest()


@dataclass(frozen=True, slots=True)
class TicketKey:
    """Marks tickets as ours (HMAC-SM3), so that invented ones are refused without asking the register.

    It is no right to a picture: that is the register's line alone. A key lives as long as the control process that made
    it, whose end also ends every session and every ticket.
    """

    secret: bytes

    def issue(self, worker: int, randomness: bytes) -> str:
        """A ticket for the worker of that number. ``randomness``: ``RANDOM_BYTES``, never used before."""
        content = bytes([worker]) + randomness
        return base64.urlsafe_b64encode(content + self._mac(content)).decode()

    def worker_of(self, ticket: str) -> int | None:
        """The number of the worker that ``ticket`` is for; None when it is not one that this key marked."""
        if len(ticket) != TICKET_CHARACTERS or not ticket.isascii():
            return None
        try:
            octets = base64.b64decode(ticket, b"-_", validate=True)
        except binascii.Error:
            return None
        content, mac = octets[:-_MAC_BYTES], octets[-_MAC_BYTES:]
        return content[0] if hmac.compare_digest(mac, self._mac(content)) else None

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self.secret, content, "sm3")[:_MAC_BYTES]
