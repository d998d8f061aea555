"""Clips that are made in a moment."""

from functools import cache

from pinegate.protocols.media.frames import Codec
from pinegate_simulator.clip import Clip
from pinegate_simulator.clip_encoding import ClipRequest, ClipSettings


@cache
def small_clip(video: Codec = Codec.H264, audio: Codec | None = None) -> Clip:
    """Two seconds of a small picture, a key picture each second."""
    settings = ClipSettings(160, 90, 10, 1.0, 2.0, video, audio)
    return ClipRequest(settings, "老街东口", "crossroads", "noon", 1).make()
