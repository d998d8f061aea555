"""Paper, brush and actors: what a generated scene is made of.

A scene is drawn once: a background, and actors that move over it along closed paths, so that the last picture
of a loop is followed by the first without a jump. Coordinates are those of a 640 × 360 canvas at every
resolution; everything is drawn twice as large and reduced, which smooths the edges.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import noto_cjk_sans_otc
from PIL import Image, ImageDraw, ImageFont, ImageOps

WIDTH, HEIGHT = 640, 360
"""The logical canvas; a picture of another size is scaled from it."""

_SMOOTHING = 2

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[float, float]
Course: TypeAlias = Callable[[float], Point]
"""Where an actor's upper left corner is at phase 0 ≤ p < 1 of the loop."""


@dataclass(frozen=True, slots=True)
class Light:
    """The hour and weather that colour a scene."""

    sky_top: Colour
    sky_low: Colour
    ambient: tuple[float, float, float]
    lamps: bool = False

    def on(self, colour: Colour) -> Colour:
        red, green, blue = self.ambient
        return (int(colour[0] * red), int(colour[1] * green), int(colour[2] * blue))


LIGHTS: dict[str, Light] = {
    "noon": Light((92, 158, 222), (206, 230, 246), (1.0, 1.0, 1.0)),
    "dawn": Light((150, 178, 214), (255, 216, 178), (1.0, 0.93, 0.86)),
    "overcast": Light((148, 162, 174), (208, 214, 217), (0.85, 0.88, 0.90)),
    "dusk": Light((74, 74, 132), (250, 164, 116), (0.84, 0.68, 0.68), lamps=True),
    "night": Light((12, 18, 42), (44, 56, 92), (0.44, 0.48, 0.62), lamps=True),
}


@cache
def font(pixels: int) -> ImageFont.FreeTypeFont:
    """Noto Sans CJK SC in a size of pixels; index 2 of the collection is the simplified Chinese face."""
    folder = Path(noto_cjk_sans_otc.__file__).parent
    return ImageFont.truetype(str(folder / "NotoSansCJK-Regular.ttc"), pixels, index=2)


class Brush:
    """Draws in logical coordinates, under a light, on a canvas of its own."""

    def __init__(self, light: Light, scale: float, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.light = light
        self.scale = scale
        self._k = scale * _SMOOTHING
        self._size = (max(1, round(width * scale)), max(1, round(height * scale)))
        large = (self._size[0] * _SMOOTHING, self._size[1] * _SMOOTHING)
        self._image = Image.new("RGBA", large, (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self._image)

    def _ink(self, colour: Colour, glow: bool) -> Colour:
        return colour if glow else self.light.on(colour)

    def _at(self, points: list[Point]) -> list[Point]:
        return [(x * self._k, y * self._k) for x, y in points]

    def rectangle(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, *, glow: bool = False
    ) -> None:
        self._draw.rectangle(self._at([(x0, y0), (x1, y1)]), fill=self._ink(colour, glow))

    def rounded(
        self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour, *, glow: bool = False
    ) -> None:
        box = self._at([(x0, y0), (x1, y1)])
        self._draw.rounded_rectangle(box, radius * self._k, fill=self._ink(colour, glow))

    def polygon(self, points: list[Point], colour: Colour, *, glow: bool = False) -> None:
        self._draw.polygon(self._at(points), fill=self._ink(colour, glow))

    def ellipse(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, *, glow: bool = False
    ) -> None:
        self._draw.ellipse(self._at([(x0, y0), (x1, y1)]), fill=self._ink(colour, glow))

    def line(self, points: list[Point], colour: Colour, width: float = 1, *, glow: bool = False) -> None:
        pixels = max(1, round(width * self._k))
        self._draw.line(self._at(points), fill=self._ink(colour, glow), width=pixels, joint="curve")

    def text(
        self, x: float, y: float, words: str, size: float, colour: Colour, *, glow: bool = False
    ) -> None:
        """Words centred on (x, y)."""
        face = font(max(6, round(size * self._k)))
        self._draw.text((x * self._k, y * self._k), words, self._ink(colour, glow), face, anchor="mm")

    def gradient(self, x0: float, y0: float, x1: float, y1: float, top: Colour, low: Colour) -> None:
        """A vertical gradient in exactly these colours."""
        ramp = Image.linear_gradient("L")
        size = (round((x1 - x0) * self._k), round((y1 - y0) * self._k))
        patch = Image.composite(Image.new("RGB", ramp.size, low), Image.new("RGB", ramp.size, top), ramp)
        self._image.paste(patch.resize(size), (round(x0 * self._k), round(y0 * self._k)))

    def sky(self, horizon: float = HEIGHT) -> None:
        self.gradient(0, 0, WIDTH, horizon, self.light.sky_top, self.light.sky_low)

    def finish(self) -> Image.Image:
        """The drawing at its own size, with transparency."""
        return self._image.resize(self._size, Image.Resampling.BOX)


@dataclass(frozen=True, slots=True)
class Actor:
    """Something that moves over the background."""

    image: Image.Image
    path: Course
    visible: Callable[[float], bool] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A background and its actors, the further ones first."""

    background: Image.Image
    actors: tuple[Actor, ...]
    scale: float

    def draw(self, phase: float) -> Image.Image:
        """The picture at phase 0 ≤ p < 1 of the loop, as RGB."""
        picture = self.background.copy()
        for actor in self.actors:
            if actor.visible is not None and not actor.visible(phase):
                continue
            x, y = actor.path(phase)
            where = (round(x * self.scale), round(y * self.scale))
            picture.paste(actor.image, where, actor.image)
        return picture


def mirrored(image: Image.Image) -> Image.Image:
    return ImageOps.mirror(image)


def scene(background: Brush, actors: list[Actor]) -> Scene:
    return Scene(background.finish().convert("RGB"), tuple(actors), background.scale)


def across(y: float, width: float, *, laps: int = 1, start: float = 0.0, leftward: bool = False) -> Course:
    """Crosses the picture at height ``y``, ``laps`` times a loop, entering and leaving out of sight."""

    def path(phase: float) -> Point:
        way = (phase * laps + start) % 1.0
        if leftward:
            way = 1.0 - way
        return (-width + way * (WIDTH + width), y)

    return path


def along(stops: Sequence[tuple[float, float, float]]) -> Course:
    """Straight ways between stops (phase, x, y) of rising phase, from phase 0 to phase 1."""

    def path(phase: float) -> Point:
        for (p0, x0, y0), (p1, x1, y1) in pairwise(stops):
            if phase <= p1:
                part = (phase - p0) / (p1 - p0)
                return (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
        return stops[-1][1:]

    return path


def at(x: float, y: float) -> Course:
    return lambda _phase: (x, y)


def during(begin: float, end: float) -> Callable[[float], bool]:
    """Seen from phase ``begin`` until ``end``."""
    return lambda phase: begin <= phase < end
