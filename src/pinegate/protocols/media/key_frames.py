"""When a camera is asked for a key frame, and how long a group of pictures may be given to a newcomer as live."""

from collections import deque
from typing import Final

_ASK_AGAIN_SECONDS: Final = 0.5
"""What a camera that answers takes at most; unanswered, each further request waits twice as long."""
_LONGEST_PAUSE_SECONDS: Final = 16.0
_ANSWERED_PAUSE_SECONDS: Final = 1.0
"""Key frames are ten times as large as others: on a line that loses packets, more of them would lose more."""
_ASSUMED_DISTANCE_SECONDS: Final = 5.0
_LEAST_LIFE_SECONDS: Final = 2.0
"""However often key frames come: a group with a picture of just now is no burden to a newcomer."""
_DISTANCES: Final = 8
NO_PICTURE_SECONDS: Final = 3.0
"""Without a picture for so long a camera shows nothing live, and its viewers are told."""


class KeyFrameRequests:
    """Says when to ask one camera. Times: seconds of a clock that never goes back."""

    def __init__(self) -> None:
        self._needed = False
        self._next = float("-inf")
        self._pause = _ASK_AGAIN_SECONDS
        self._asked: float | None = None

    def need(self) -> None:
        """Pictures were damaged, or somebody has nothing to begin with."""
        self._needed = True

    def key_came(self, whole: bool) -> None:
        """A key frame; one that packets are missing of shows that the camera answers, and repairs nothing."""
        self._needed = self._needed and not whole
        self._pause = _ASK_AGAIN_SECONDS
        if self._asked is not None:
            self._next = self._asked + (_ANSWERED_PAUSE_SECONDS if whole else _ASK_AGAIN_SECONDS)
            self._asked = None

    def due(self, now: float) -> bool:
        """Whether to ask now; then it counts as asked."""
        if not self._needed or now < self._next:
            return False
        self._asked = now
        self._next = now + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        return True


class GroupAge:
    """Whether the last group of pictures is still live: at most twice as old as key frames usually are apart, and
    with a picture that came just now.
    """

    def __init__(self) -> None:
        self._distances: deque[float] = deque(maxlen=_DISTANCES)
        self._whole_key: float | None = None
        self._began: float | None = None
        self._last_picture = 0.0

    def begins(self, torn: bool, now: float) -> bool:
        """A key frame came: does it begin the group for newcomers? A torn one only when there is no other."""
        if torn:
            if self.is_live(now):
                return False
        else:
            if self._whole_key is not None:
                self._distances.append(now - self._whole_key)
            self._whole_key = now
        self._began = now
        return True

    def picture(self, now: float) -> None:
        self._last_picture = now

    def is_live(self, now: float) -> bool:
        if self._began is None:
            return False
        known = sorted(self._distances)
        # The lower median: where key frames are lost, distances seem longer than they are.
        usual = known[(len(known) - 1) // 2] if known else _ASSUMED_DISTANCE_SECONDS
        life = max(2 * usual, _LEAST_LIFE_SECONDS)
        return now - self._began <= life and now - self._last_picture < NO_PICTURE_SECONDS
