"""Puts the clocks of a device's video and audio onto one line that starts at 0 and never goes back.

Devices count PTS with 33 bits that wrap, start again from elsewhere after a reboot, write 0 into every
audio PTS, give audio and video different bases, or repeat and swap time stamps. Players forgive none of it.
"""

from typing import Final

from pinegate.protocols.media.frames import TIMESCALE

_MODULUS: Final = 1 << 33  # ISO/IEC 13818-1 2.4.3.7: PTS and DTS have 33 bits
_MAX_STEP: Final = 10 * TIMESCALE
_MAX_DISORDER: Final = TIMESCALE
_MAX_SKEW: Final = 3 * TIMESCALE
_MAX_COMPOSITION: Final = 5 * TIMESCALE
_USUAL_VIDEO_STEP: Final = TIMESCALE // 25


class _Track:
    """``raw``: last time stamp as sent. ``cursor``: the same on our line. ``last``: last time given out."""

    __slots__ = ("cursor", "last", "raw", "step")

    def __init__(self) -> None:
        self.raw: int | None = None
        self.cursor = 0
        self.last = -1
        self.step = _USUAL_VIDEO_STEP


class Timeline:
    """One per stream.

    A time stamp that rises by at most 10 s is believed. One that stands still moves the track on by its
    usual step; one that falls by less than 1 s (jitter, or B-frames without DTS) by one tick; any other
    jump joins the new clock to the old without a gap. The second track starts where its time stamp says if
    that is within 3 s of the first, else beside it; an audio clock that does not run is dragged along with
    the video.
    """

    def __init__(self) -> None:
        self._video = _Track()
        self._audio = _Track()

    def place_video(self, pts: int, dts: int | None = None) -> tuple[int, int]:
        """Raw 33-bit PTS and DTS (``None`` when not sent) of a picture → its PTS and DTS on the line."""
        track = self._video
        raw = pts if dts is None else dts
        decoded = self._place(track, self._audio, raw, track.step)
        composition = _signed(pts - raw)
        if not -_MAX_COMPOSITION < composition < _MAX_COMPOSITION:
            composition = 0
        shown = track.cursor if abs(track.cursor - decoded) < _MAX_DISORDER else decoded
        return shown + composition, decoded

    def place_audio(self, pts: int | None, duration: int) -> int:
        """Raw 33-bit PTS of a frame (``None``: right behind the last one) and its duration → its PTS."""
        track = self._audio
        if pts is None or track.raw == pts:
            track.last += duration
            self._drag(track)
        else:
            self._place(track, self._video, pts, duration)
        return track.last

    def _place(self, track: _Track, other: _Track, raw: int, usual: int) -> int:
        if track.raw is None:
            track.cursor = _first(raw, other)
            moved = 1
        else:
            moved = _signed(raw - track.raw)
            track.cursor += moved
        track.raw = raw
        step = track.cursor - track.last
        if 0 < step <= _MAX_STEP or track.last < 0 <= track.cursor:
            if track.last >= 0 and step <= _MAX_DISORDER:
                track.step = step
            track.last = track.cursor
        elif moved == 0:
            track.last += usual
        elif -_MAX_DISORDER < step <= 0:
            track.last += 1
        else:
            track.last += usual
            track.cursor = track.last
        return track.last

    def _drag(self, audio: _Track) -> None:
        if self._video.last - audio.last > _MAX_SKEW:
            audio.last = self._video.last


def _first(raw: int, other: _Track) -> int:
    if other.raw is None:
        return 0
    skew = _signed(raw - other.raw)
    return other.cursor + skew if abs(skew) <= _MAX_SKEW else max(other.last, 0)


def _signed(difference: int) -> int:
    """The shorter way round the 33-bit clock."""
    difference %= _MODULUS
    return difference - _MODULUS if difference >= _MODULUS // 2 else difference
