"""Play tickets: 256 random bits that open one session, once, within thirty seconds."""

import hashlib
from datetime import timedelta

TICKET_LIFETIME = timedelta(seconds=30)
TICKET_CHARACTERS = 43
"""32 bytes in base64url without padding."""


def ticket_digest(ticket: str) -> bytes:
    """What the register keeps of a ticket (SM3): who reads the database cannot play."""
    return hashlib.new("sm3", ticket.encode()).digest()
