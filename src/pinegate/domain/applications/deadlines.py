"""Spans of time that no text fixes, and one that Annex 2 does. All but the last are our own design, hence settings."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``agreement``: how long an approved application waits for both seals before it lapses [D]. ``urgent``: after
    how long a waiting task is shown as urgent [D]. ``notice``: from the unit's termination notice to the end of the
    sharing (Annex 2 clause 3: 15 days).
    """

    agreement: timedelta = timedelta(days=60)
    urgent: timedelta = timedelta(days=3)
    notice: timedelta = timedelta(days=15)
