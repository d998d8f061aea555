"""Things that several scenes share: Huizhou houses, trees, people, vehicles, clouds."""

import math

import numpy
from PIL import Image, ImageOps

from pinegate_simulator.scenes.stage import HEIGHT, WIDTH, Brush, Colour, Light, Point

CLOTHES: list[Colour] = [
    (196, 62, 58),
    (52, 96, 160),
    (232, 176, 60),
    (70, 140, 98),
    (128, 84, 150),
    (230, 230, 226),
]
PAINTS: list[Colour] = [
    (190, 48, 44),
    (236, 236, 234),
    (44, 86, 150),
    (60, 62, 68),
    (214, 168, 60),
    (120, 150, 160),
]

_WINDOW_DAY: Colour = (84, 92, 104)
_WINDOW_LIT: Colour = (255, 206, 122)


def window(brush: Brush, x: float, y: float, width: float, height: float, *, lit: bool = True) -> None:
    glowing = brush.light.lamps and lit
    brush.rectangle(x, y, x + width, y + height, _WINDOW_LIT if glowing else _WINDOW_DAY, glow=glowing)


def huizhou_house(brush: Brush, x: float, base: float, width: float, height: float) -> None:
    """White walls, dark tiles, and the stepped horse-head gable (马头墙) of the Huizhou country."""
    white, tile = (238, 236, 228), (58, 60, 66)
    top = base - height
    brush.rectangle(x, top, x + width, base, white)
    steps = [(0.0, 0.20, 0.0), (0.20, 0.38, 9.0), (0.38, 0.62, 18.0), (0.62, 0.80, 9.0), (0.80, 1.0, 0.0)]
    for left, right, rise in steps:
        x0, x1, y = x + width * left, x + width * right, top - rise
        brush.rectangle(x0, y, x1, top + 1, white)
        brush.rectangle(x0 - 2, y - 4, x1 + 2, y, tile)
        brush.polygon([(x0 - 5, y - 6), (x0 + 2, y - 4), (x0 + 2, y), (x0 - 3, y)], tile)
        brush.polygon([(x1 + 5, y - 6), (x1 - 2, y - 4), (x1 - 2, y), (x1 + 3, y)], tile)
    for column in range(max(1, int(width // 34))):
        left = x + 12 + column * 34
        if left + 12 < x + width:
            window(brush, left, top + 14, 11, 14, lit=column % 2 == 0)


def city_block(brush: Brush, x: float, base: float, width: float, height: float, colour: Colour) -> None:
    """A block of flats."""
    top = base - height
    brush.rectangle(x, top, x + width, base, colour)
    brush.rectangle(x, top - 3, x + width, top, (112, 112, 116))
    for row in range(int((height - 10) // 15)):
        for column in range(int((width - 6) // 14)):
            lit = (row * 5 + column * 3) % 4 < 2
            window(brush, x + 6 + column * 14, top + 8 + row * 15, 7, 8, lit=lit)


def broadleaf(brush: Brush, x: float, base: float, height: float, colour: Colour = (78, 132, 72)) -> None:
    crown = height * 0.42
    brush.rectangle(x - height * 0.035, base - height * 0.5, x + height * 0.035, base, (96, 74, 56))
    for dx, dy, size in ((-0.30, 0.50, 0.8), (0.28, 0.52, 0.8), (0.0, 0.70, 1.0)):
        cx, cy, r = x + dx * height * 0.8, base - dy * height, crown * size * 0.62
        shade = tuple(int(c * (0.86 + 0.14 * size)) for c in colour)
        brush.ellipse(cx - r, cy - r, cx + r, cy + r, (shade[0], shade[1], shade[2]))


def huangshan_pine(brush: Brush, x: float, base: float, size: float, *, lean: float = 1.0) -> None:
    """The flat-topped pine of Huangshan, reaching to one side like the one that greets guests (迎客松)."""
    bark, needles, dark = (82, 60, 48), (46, 92, 66), (36, 76, 56)
    trunk: list[Point] = [(x, base), (x + 3 * lean, base - size * 0.4), (x - 4 * lean, base - size * 0.95)]
    brush.line(trunk, bark, max(1.5, size * 0.06))
    for rise, reach, thick in (
        (0.42, 0.85, 0.11),
        (0.62, 0.66, 0.11),
        (0.80, 0.52, 0.10),
        (0.96, 0.34, 0.10),
    ):
        y, half = base - size * rise, size * reach * 0.5
        cx = x + lean * half * 0.62
        brush.line([(x, y + size * 0.06), (cx, y)], bark, max(1, size * 0.03))
        brush.ellipse(cx - half, y - size * thick, cx + half, y + size * thick * 0.55, dark)
        brush.ellipse(cx - half * 0.92, y - size * thick, cx + half * 0.92, y + size * thick * 0.2, needles)


def ridge(
    brush: Brush, base: float, height: float, seed: int, colour: Colour, roughness: float = 1.0
) -> None:
    """A mountain ridge across the whole picture, closed at its foot."""
    rng = numpy.random.default_rng(seed)
    phases = rng.uniform(0, 2 * math.pi, 6)
    points: list[Point] = []
    for x in range(0, WIDTH + 8, 8):
        swell = math.sin(x / 96 + phases[0]) * 0.5 + math.sin(x / 41 + phases[1]) * 0.3 * roughness
        swell += (
            abs(math.sin(x / 23 + phases[2])) * 0.22 * roughness
            + math.sin(x / 9 + phases[3]) * 0.05 * roughness
        )
        points.append((float(x), base - height * (0.55 + 0.45 * swell)))
    brush.polygon([*points, (WIDTH + 8, HEIGHT), (0, HEIGHT)], colour)


def lamp_post(brush: Brush, x: float, base: float, height: float) -> None:
    brush.rectangle(x - 1.2, base - height, x + 1.2, base, (70, 72, 78))
    brush.rectangle(x - 1.2, base - height, x + 14, base - height + 2, (70, 72, 78))
    glow = brush.light.lamps
    brush.ellipse(
        x + 9,
        base - height,
        x + 17,
        base - height + 5,
        (255, 226, 160) if glow else (210, 210, 200),
        glow=glow,
    )


def person(light: Light, scale: float, height: float, clothes: Colour, *, load: bool = False) -> Image.Image:
    brush = Brush(light, scale, height * 0.5, height)
    unit = height / 24
    brush.ellipse(4.2 * unit, 0, 8.6 * unit, 4.6 * unit, (226, 184, 152))
    brush.polygon(
        [
            (4.0 * unit, 0.6 * unit),
            (6.4 * unit, 0),
            (8.8 * unit, 0.6 * unit),
            (8.6 * unit, 2 * unit),
            (4.2 * unit, 2 * unit),
        ],
        (48, 40, 38),
    )
    brush.rounded(3.0 * unit, 5 * unit, 9.8 * unit, 14.5 * unit, 2 * unit, clothes)
    brush.rectangle(3.8 * unit, 14 * unit, 6.1 * unit, 23.6 * unit, (54, 58, 74))
    brush.rectangle(6.9 * unit, 14 * unit, 9.1 * unit, 23.6 * unit, (46, 50, 64))
    if load:
        brush.rounded(0.4 * unit, 6 * unit, 3.4 * unit, 12 * unit, unit, (208, 120, 52))
    return brush.finish()


def umbrella_person(light: Light, scale: float, height: float, clothes: Colour) -> Image.Image:
    brush = Brush(light, scale, height * 0.9, height * 1.15)
    unit = height / 24
    brush.rounded(8 * unit, 9 * unit, 14 * unit, 18 * unit, 2 * unit, clothes)
    brush.rectangle(9 * unit, 17 * unit, 13 * unit, 27 * unit, (54, 58, 74))
    brush.ellipse(8.8 * unit, 4.5 * unit, 13.2 * unit, 9.4 * unit, (226, 184, 152))
    brush.polygon(
        [
            (0, 6 * unit),
            (3 * unit, 1.6 * unit),
            (11 * unit, 0),
            (18.6 * unit, 1.6 * unit),
            (21.4 * unit, 6 * unit),
        ],
        (184, 52, 58),
    )
    return brush.finish()


def car(light: Light, scale: float, length: float, paint: Colour) -> Image.Image:
    """A car seen from the side, facing right; its height is 0.42 of its length."""
    unit = length / 50
    brush = Brush(light, scale, length, length * 0.42)
    brush.polygon(
        [(9 * unit, 9 * unit), (15 * unit, 1 * unit), (33 * unit, 1 * unit), (41 * unit, 9 * unit)], paint
    )
    brush.rounded(0, 8 * unit, 49.5 * unit, 17 * unit, 3 * unit, paint)
    glass = (150, 186, 204)
    brush.polygon(
        [(12 * unit, 9 * unit), (16.4 * unit, 3 * unit), (23 * unit, 3 * unit), (23 * unit, 9 * unit)], glass
    )
    brush.polygon(
        [(25 * unit, 9 * unit), (25 * unit, 3 * unit), (32 * unit, 3 * unit), (37.6 * unit, 9 * unit)], glass
    )
    for x in (7, 34):
        brush.ellipse(x * unit, 12 * unit, (x + 8.6) * unit, 20.6 * unit, (30, 30, 32))
        brush.ellipse((x + 2.6) * unit, 14.6 * unit, (x + 6) * unit, 18 * unit, (160, 160, 164))
    brush.ellipse(46 * unit, 9.6 * unit, 50 * unit, 13 * unit, (255, 244, 196), glow=True)
    brush.ellipse(0, 9.6 * unit, 3 * unit, 12.6 * unit, (214, 44, 40), glow=True)
    return brush.finish()


def bus(
    light: Light, scale: float, length: float, paint: Colour, route: str, *, leftward: bool = False
) -> Image.Image:
    """A bus seen from the side; its height is 0.36 of its length."""
    unit = length / 100
    brush = Brush(light, scale, length, length * 0.36)
    brush.rounded(0, 0, 99 * unit, 30 * unit, 3 * unit, paint)
    brush.rectangle(0, 21 * unit, 99 * unit, 23 * unit, (244, 244, 240))
    for index in range(6):
        window(brush, (5 + index * 13) * unit, 6 * unit, 10 * unit, 11 * unit)
    brush.rectangle(85 * unit, 6 * unit, 97 * unit, 20 * unit, (150, 186, 204))
    for x in (14, 74):
        brush.ellipse(x * unit, 24 * unit, (x + 12) * unit, 36 * unit, (28, 28, 30))
        brush.ellipse((x + 4) * unit, 28 * unit, (x + 8) * unit, 32 * unit, (150, 150, 154))
    brush.ellipse(96 * unit, 23 * unit, 99 * unit, 26 * unit, (255, 244, 196), glow=True)
    image = brush.finish()
    if leftward:
        image = ImageOps.mirror(image)
    words = Brush(light, scale, length, length * 0.36)
    words.text((55 if leftward else 45) * unit, 26.4 * unit, route, 5.6 * unit, (250, 250, 246))
    return Image.alpha_composite(image, words.finish())


def top_car(light: Light, scale: float, length: float, paint: Colour, *, upright: bool) -> Image.Image:
    """A car seen from above, facing right, or up."""
    width = length * 0.5
    brush = Brush(light, scale, length, width)
    brush.rounded(0, 0, length * 0.98, width * 0.97, width * 0.3, paint)
    brush.rounded(length * 0.22, width * 0.13, length * 0.74, width * 0.84, width * 0.2, (58, 68, 80))
    brush.rounded(length * 0.34, width * 0.17, length * 0.62, width * 0.80, width * 0.12, paint)
    for y in (0.1, 0.7):
        brush.ellipse(length * 0.93, width * y, length * 0.99, width * (y + 0.18), (255, 246, 206), glow=True)
    image = brush.finish()
    return image.transpose(Image.Transpose.ROTATE_90) if upright else image


def cloud(
    light: Light, scale: float, width: float, colour: Colour = (250, 250, 252), opacity: int = 255
) -> Image.Image:
    brush = Brush(light, scale, width, width * 0.34)
    unit = width / 100
    for x0, y0, x1, y1 in ((0, 14, 44, 33), (18, 2, 62, 33), (44, 6, 84, 33), (60, 15, 99, 33)):
        brush.ellipse(x0 * unit, y0 * unit, x1 * unit, y1 * unit, colour)
    image = brush.finish()
    if opacity < 255:
        image.putalpha(image.getchannel("A").point([value * opacity // 255 for value in range(256)]))
    return image
