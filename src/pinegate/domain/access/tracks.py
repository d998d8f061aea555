"""What of a point a session carries: its pictures alone, or its sound as well (``Operation.AUDIO``)."""

from enum import StrEnum


class Track(StrEnum):
    """One part of a live stream; each is granted by name."""

    VIDEO = "video"
    AUDIO = "audio"


PICTURE = frozenset({Track.VIDEO})
PICTURE_AND_SOUND = frozenset({Track.VIDEO, Track.AUDIO})
