"""What a camera sends when its clip will not do: turned away from home, showing the time of day, or asked for a key
picture between two of the clip's.

A clip costs nothing; a picture of 640 × 360 that is drawn and encoded as it goes costs some 5 ms.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyAV's stubs leave arrays, images and packets partly untyped.

from collections.abc import Callable

import numpy
from numpy.typing import NDArray
from PIL import Image

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit
from pinegate_simulator.clip import Clip, Playout
from pinegate_simulator.clip_encoding import ClipRequest, VideoEncoder
from pinegate_simulator.on_screen_display import OnScreenDisplay, running_time
from pinegate_simulator.ptz_head import HOME, View
from pinegate_simulator.scenes import repertoire


class LivePlayout:
    """Plays the clip at home and the turned scene elsewhere; each change begins with a key picture.

    ``clock``: the time of day as it shall be written, by which the clip is never used; ``None``: the loop's seconds.
    """

    def __init__(
        self,
        clip: Clip,
        request: ClipRequest,
        view: Callable[[], View],
        clock: Callable[[], str] | None = None,
    ) -> None:
        self.clip = clip
        self._playout = Playout(clip)
        self._request = request
        self._view = view
        self._clock = clock
        self._live: _LivePicture | None = None
        self._key_wanted = False

    @property
    def next_dts(self) -> int:
        return self._playout.next_dts

    def force_key(self) -> None:
        """The next picture is a key picture."""
        self._key_wanted = True

    def take(self) -> AccessUnit:
        unit = self._playout.take()
        if not unit.codec.is_video:
            return unit
        view = self._view()
        at_clip = self._live is None and not self._key_wanted
        if self._clock is None and view == HOME and (at_clip or unit.key):
            self._live, self._key_wanted = None, False
            return unit
        if self._live is None or self._key_wanted:
            self._live, self._key_wanted = _LivePicture(self._request), False
        within = unit.dts % self.clip.period
        written = running_time(within / TIMESCALE) if self._clock is None else self._clock()
        return self._live.at(view, unit, within / self.clip.period, written)


class _LivePicture:
    def __init__(self, request: ClipRequest) -> None:
        settings = request.settings
        self._scene = repertoire.build(request.scene, request.light, request.seed, settings.width)
        self._size = (settings.width, settings.height)
        self._display = OnScreenDisplay(request.name, *self._size)
        self._encoder = VideoEncoder(settings)

    def at(self, view: View, unit: AccessUnit, phase: float, written: str) -> AccessUnit:
        picture = seen_through(view, self._scene.draw(phase), self._size)
        self._display.draw(picture, written, phase)
        (encoded,) = self._encoder.encode(picture)
        return AccessUnit(unit.codec, unit.dts, unit.dts, encoded.key, encoded.payload)


def seen_through(view: View, picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The part of the picture in view; beyond its edges the scene goes on mirrored, so that there is no end."""
    pixels = numpy.asarray(picture)
    height, width = pixels.shape[:2]
    columns = _mirrored_range(view.pan, width, view.zoom)
    rows = _mirrored_range(view.tilt, height, view.zoom)
    part = Image.fromarray(pixels[numpy.ix_(rows, columns)])
    return part if part.size == size else part.resize(size, Image.Resampling.BILINEAR)


def _mirrored_range(shift: float, length: int, zoom: float) -> NDArray[numpy.intp]:
    count = max(2, round(length / zoom))
    first = round(length / 2 - count / 2 + shift * length)
    there_and_back = (first + numpy.arange(count)) % (2 * length)
    return numpy.minimum(there_and_back, 2 * length - 1 - there_and_back)
