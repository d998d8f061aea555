"""Which cameras run: one INVITE a camera however many watch, a grace period after the last, and coming back by itself.

Sans-IO: calls tell what happened and when; the answers say what to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from pinegate.domain.access.session_end import InviteFailure

GRACE_SECONDS = 10.0
COME_BACK_SECONDS = 30.0
RETRY_AFTER_SECONDS = (1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True)
class OpenSource:
    """INVITE the camera; then call ``opened`` or ``failed``."""

    source_id: str


@dataclass(frozen=True, slots=True)
class CloseSource:
    """Nobody watches any more: BYE, and free the port."""

    source_id: str


@dataclass(frozen=True, slots=True)
class NotifyViewers:
    """These wait in vain: end their sessions with the failure."""

    session_ids: tuple[str, ...]
    failure: InviteFailure


Action = OpenSource | CloseSource | NotifyViewers


class _Phase(Enum):
    OPENING = 1
    RUNNING = 2
    RESTING = 3


@dataclass(slots=True)
class _Source:
    phase: _Phase = _Phase.OPENING
    viewers: set[str] = field(default_factory=set[str])
    wanted_until: float = 0.0
    retry_at: float = 0.0
    failures: int = 0
    started: bool = False


class SourceBook:
    """All sources that run or are wanted. ``now``: seconds of a clock that never goes back."""

    def __init__(self, *, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace = grace_seconds
        self._sources: dict[str, _Source] = {}
        self._source_of: dict[str, str] = {}

    def join(self, source_id: str, session_id: str, now: float) -> Sequence[Action]:
        """A viewer wants the source."""
        self._source_of[session_id] = source_id
        source = self._sources.get(source_id)
        if source is None:
            self._sources[source_id] = _Source(viewers={session_id})
            return [OpenSource(source_id)]
        source.viewers.add(session_id)
        if source.phase is _Phase.RESTING:
            source.retry_at = now
        return self.tick(now)

    def leave(self, session_id: str, now: float) -> None:
        """A viewer is gone; after the last one the grace period runs."""
        source = self._sources.get(self._source_of.pop(session_id, ""))
        if source is None:
            return
        source.viewers.discard(session_id)
        if not source.viewers:
            source.wanted_until = max(source.wanted_until, now + self._grace)

    def opened(self, source_id: str) -> None:
        """The camera answered; its media is awaited."""
        source = self._sources.get(source_id)
        if source is not None:
            source.phase = _Phase.RUNNING

    def started(self, source_id: str) -> None:
        """The first picture is there."""
        source = self._sources.get(source_id)
        if source is not None:
            source.started, source.failures = True, 0

    def has_started(self, source_id: str) -> bool:
        source = self._sources.get(source_id)
        return source is not None and source.phase is _Phase.RUNNING and source.started

    def failed(self, source_id: str, failure: InviteFailure, now: float) -> Sequence[Action]:
        """No stream: once more for those who wait if that may help, else they are told."""
        source = self._sources.get(source_id)
        if source is None:
            return []
        source.started = False
        source.failures += 1
        if failure.worth_retrying and source.failures <= len(RETRY_AFTER_SECONDS):
            source.phase = _Phase.RESTING
            source.retry_at = now + RETRY_AFTER_SECONDS[source.failures - 1]
            return []
        del self._sources[source_id]
        for session_id in source.viewers:
            self._source_of.pop(session_id, None)
        return [NotifyViewers(tuple(sorted(source.viewers)), failure)] if source.viewers else []

    def lost(self, source_id: str, now: float) -> Sequence[Action]:
        """The running source broke off (device, network or worker).

        Its viewers' sessions ended with it; it is asked for again so that those who come back find it running.
        """
        source = self._sources.get(source_id)
        if source is None or source.phase is not _Phase.RUNNING:
            return []
        if not source.started:
            return self.failed(source_id, InviteFailure.NO_PICTURE, now)
        if source.viewers or now < source.wanted_until:
            source.wanted_until = now + COME_BACK_SECONDS
        source.started = False
        source.phase = _Phase.RESTING
        source.retry_at = now + RETRY_AFTER_SECONDS[0]
        return []

    def tick(self, now: float) -> Sequence[Action]:
        """What is due: sources to ask for again, sources that nobody wants any more."""
        actions: list[Action] = []
        for source_id, source in list(self._sources.items()):
            if source.phase is _Phase.OPENING:
                continue
            if not source.viewers and now >= source.wanted_until:
                del self._sources[source_id]
                if source.phase is _Phase.RUNNING:
                    actions.append(CloseSource(source_id))
            elif source.phase is _Phase.RESTING and now >= source.retry_at:
                source.phase = _Phase.OPENING
                actions.append(OpenSource(source_id))
        return actions

    def next_due(self) -> float | None:
        """When ``tick`` has something to do again; None: nothing until something happens."""
        times: list[float] = []
        for source in self._sources.values():
            if source.phase is _Phase.RESTING:
                times.append(source.retry_at)
            if source.phase is not _Phase.OPENING and not source.viewers:
                times.append(source.wanted_until)
        return min(times, default=None)

    def viewers(self, source_id: str) -> Sequence[str]:
        """The sessions that want the source."""
        source = self._sources.get(source_id)
        return () if source is None else tuple(source.viewers)

    def sources(self) -> Sequence[str]:
        """Everything that runs or is wanted."""
        return tuple(self._sources)
