"""Running sessions asked again: on every change that a decision may have stood on, and as time passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.access.decide_access import decide_access
from pinegate.domain.access.request import Denied
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.ports import LiveSession


@dataclass(frozen=True, slots=True)
class Reevaluated:
    """``falls``: session → why, to be closed at once. ``keeps``: session → lease in seconds, to be renewed."""

    falls: Mapping[str, End]
    keeps: Mapping[str, float]


def reevaluate_sessions(sessions: Sequence[LiveSession], now: datetime) -> Reevaluated:
    """The same rule as at the opening, on the facts of this moment."""
    falls: dict[str, End] = {}
    keeps: dict[str, float] = {}
    for session in sessions:
        decision = decide_access(session.request, session.situation.facts, now)
        if isinstance(decision, Denied):
            falls[session.id] = End(decision.reason)
        elif not session.situation.signed_in:
            falls[session.id] = End(EndReason.SIGNED_OUT)
        elif not decision.covers(session.tracks):
            falls[session.id] = End(EndReason.SOUND_WITHDRAWN)
        else:
            keeps[session.id] = decision.lease_seconds
    return Reevaluated(falls, keeps)
