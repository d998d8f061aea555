"""How a person comes to a password that nobody else ever knew: by a link that holds once and not for long."""

from dataclasses import dataclass
from datetime import datetime

MOST_FAILED_CODES = 5
"""Wrong second secrets until an enrolment is void: whoever holds the link alone cannot guess the code."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The last enrolment of an account.

    ``link_digest`` None: no link was issued yet. ``code_digest`` None: the link alone is enough. ``renews_totp``: the
    person comes without the former second factor, and sets a new one.
    """

    person_id: str
    opened_at: datetime
    expires_at: datetime
    link_digest: bytes | None = None
    code_digest: bytes | None = None
    renews_totp: bool = False
    failed_codes: int = 0
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it still leads to a password."""
        return self.used_at is None and now < self.expires_at and self.failed_codes < MOST_FAILED_CODES
