"""Scenes on the road: crossroads, car park, tunnel, expressway."""

from collections.abc import Callable

import numpy
from PIL import Image

from pinegate_simulator.scenes.props import (
    PAINTS,
    bus,
    car,
    city_block,
    ridge,
    top_car,
)
from pinegate_simulator.scenes.stage import (
    Actor,
    Brush,
    Colour,
    Light,
    Scene,
    across,
    along,
    at,
    during,
    mirrored,
    scene,
)

_ROAD: Colour = (84, 87, 92)
_PAINT: Colour = (236, 236, 232)


def _lamp(light: Light, scale: float, colour: Colour) -> Actor:
    lamp = Brush(light, scale, 9, 9)
    lamp.ellipse(0, 0, 9, 9, colour, glow=True)
    return Actor(lamp.finish(), at(0, 0))


def crossroads(light: Light, scale: float, seed: int) -> Scene:
    """A crossing from above: the lights change, and the cars of the other road stop for them."""
    brush = Brush(light, scale)
    brush.rectangle(0, 0, 640, 360, (120, 148, 104))
    for x, y, width, height in (
        (14, 12, 190, 96),
        (436, 12, 190, 96),
        (14, 254, 190, 96),
        (436, 254, 190, 96),
    ):
        brush.rounded(x - 10, y - 8, x + width + 10, y + height + 8, 10, (190, 184, 174))
        brush.rectangle(
            x,
            y,
            x + width,
            y + height,
            ((206, 150, 120), (176, 186, 196), (216, 200, 170))[(x + y + seed) % 3],
        )
        brush.rectangle(x + 14, y + 14, x + width - 14, y + height - 14, (150, 152, 156))
    for x, y in ((222, 24), (222, 88), (418, 34), (418, 96), (222, 262), (222, 330), (418, 268), (418, 336)):
        brush.ellipse(x - 10, y - 10, x + 10, y + 10, (70, 118, 66))
    brush.rectangle(0, 126, 640, 234, _ROAD)
    brush.rectangle(242, 0, 398, 360, _ROAD)
    for stripe in range(9):
        for x in (226, 404):
            brush.rectangle(x, 131 + stripe * 12, x + 14, 136 + stripe * 12, _PAINT)
    for stripe in range(12):
        for y in (110, 240):
            brush.rectangle(248 + stripe * 12.6, y, 254 + stripe * 12.6, y + 12, _PAINT)
    for x0, x1 in ((0, 220), (424, 640)):
        brush.line([(x0, 180), (x1, 180)], (240, 200, 80), 2)
    for y0, y1 in ((0, 106), (256, 360)):
        brush.line([(320, y0), (320, y1)], (240, 200, 80), 2)
    brush.rounded(206, 92, 236, 104, 3, (36, 38, 42))
    brush.rounded(404, 256, 434, 268, 3, (36, 38, 42))
    green, red, amber = (60, 220, 110), (240, 60, 50), (250, 190, 60)
    turns: list[tuple[Colour, Callable[[float], bool], float, float]] = [
        (green, during(0.0, 0.42), 211, 93.5),
        (amber, during(0.42, 0.5), 216, 93.5),
        (red, during(0.5, 1.0), 222, 93.5),
        (red, during(0.0, 0.5), 409, 257.5),
        (green, during(0.5, 0.92), 415, 257.5),
        (amber, during(0.92, 1.0), 420, 257.5),
    ]
    actors = [Actor(_lamp(light, scale, colour).image, at(x, y), shown) for colour, shown, x, y in turns]
    for lane in range(3):
        paint = PAINTS[(seed + lane) % len(PAINTS)]
        image = top_car(light, scale, 52, paint, upright=False)
        go = 0.04 * lane
        wait = 166 - 62 * lane
        stops = [
            (0.0, wait, 192),
            (go + 0.01, wait, 192),
            (go + 0.30, 660, 192),
            (0.6, 660, 192),
            (0.601, -70 - 62 * lane, 192),
            (0.9, wait, 192),
            (1.0, wait, 192),
        ]
        actors.append(Actor(image, along([(p, x, y + 6) for p, x, y in stops])))
        back = [(p, 588 - x, 140.0) for p, x, _ in stops]
        actors.append(
            Actor(
                mirrored(top_car(light, scale, 52, PAINTS[(seed + lane + 3) % len(PAINTS)], upright=False)),
                along(back),
            )
        )
    for lane in range(2):
        image = top_car(light, scale, 52, PAINTS[(seed + lane + 1) % len(PAINTS)], upright=True)
        wait, go = 258 + 60 * lane, 0.52 + 0.05 * lane
        stops = [
            (0.0, 344.0, wait),
            (go, 344.0, wait),
            (go + 0.26, 344.0, -70),
            (0.9, 344.0, -70),
            (0.901, 344.0, 380 + 60 * lane),
            (0.999, 344.0, wait),
            (1.0, 344.0, wait),
        ]
        actors.append(Actor(image, along(stops)))
    return scene(brush, actors)


def car_park(light: Light, scale: float, seed: int) -> Scene:
    """A car park from above: one car leaves its bay, another takes it."""
    brush = Brush(light, scale)
    brush.rectangle(0, 0, 640, 360, (104, 107, 111))
    brush.rectangle(0, 0, 640, 26, (110, 144, 96))
    brush.rectangle(0, 334, 640, 360, (110, 144, 96))
    for tree in range(13):
        for y in (13, 347):
            brush.ellipse(14 + tree * 50 - 11, y - 11, 14 + tree * 50 + 11, y + 11, (72, 120, 68))
    rng = numpy.random.default_rng(seed)
    free = 4 + seed % 3
    for bay in range(11):
        x = 30 + bay * 53
        for y in (30, 246):
            brush.line([(x, y), (x, y + 82)], _PAINT, 2)
            brush.line([(x + 53, y), (x + 53, y + 82)], _PAINT, 2)
            brush.text(
                x + 26,
                y + (72 if y < 100 else 10),
                f"{'A' if y < 100 else 'B'}{bay + 1:02}",
                9,
                (210, 210, 200),
            )
    for x in (60, 300, 540):
        brush.polygon(
            [(x, 176), (x + 40, 176), (x + 40, 168), (x + 58, 181), (x + 40, 194), (x + 40, 186), (x, 186)],
            (220, 220, 214),
        )
    actors: list[Actor] = []
    for bay in range(11):
        for top in (True, False):
            if (top and bay == free) or rng.random() < 0.3:
                continue
            image = top_car(light, scale, 62, PAINTS[int(rng.integers(len(PAINTS)))], upright=True)
            actors.append(Actor(image, at(41 + bay * 53, 38 if top else 262)))
    x = 41 + free * 53
    leaving = top_car(light, scale, 62, (200, 52, 48), upright=True)
    driving = top_car(light, scale, 62, (200, 52, 48), upright=False)
    actors.append(
        Actor(leaving, along([(0, x, 38), (0.15, x, 38), (0.3, x, 132), (1, x, 132)]), during(0, 0.3))
    )
    actors.append(
        Actor(
            driving,
            along([(0, x - 8, 140), (0.3, x - 8, 140), (0.5, 660, 140), (1, 660, 140)]),
            during(0.3, 0.6),
        )
    )
    actors.append(
        Actor(
            driving,
            along([(0, -80, 188), (0.55, -80, 188), (0.8, x - 8, 140), (1, x - 8, 140)]),
            during(0.5, 0.8),
        )
    )
    actors.append(
        Actor(leaving, along([(0, x, 132), (0.8, x, 132), (0.95, x, 38), (1, x, 38)]), during(0.8, 1))
    )
    return scene(brush, actors)


def tunnel(light: Light, scale: float, seed: int) -> Scene:
    """Inside a road tunnel: rows of lamps, lane signs, and vehicles that come and go."""
    inside = Light(light.sky_top, light.sky_low, (0.86, 0.80, 0.68), lamps=True)
    brush = Brush(inside, scale)
    brush.rectangle(0, 0, 640, 360, (70, 66, 62))
    for ring in range(12, 0, -1):
        k = ring / 12
        shade = int(58 + 70 * (1 - k))
        brush.ellipse(
            320 - 330 * k, 190 - 210 * k, 320 + 330 * k, 190 + 260 * k, (shade + 14, shade + 6, shade - 8)
        )
    brush.ellipse(296, 172, 344, 212, (206, 226, 236), glow=True)
    brush.polygon([(300, 204), (340, 204), (640, 360), (0, 360)], (74, 74, 78))
    brush.line([(320, 204), (320, 360)], (240, 210, 90), 2)
    for step in range(6):
        y0, y1 = 210 + step * step * 5, 214 + step * step * 5 + step * 2.4
        for side in (-1, 1):
            brush.line(
                [(320 + side * (y0 - 190) * 0.95, y0), (320 + side * (y1 - 190) * 0.95, y1)],
                _PAINT,
                1 + step * 0.6,
            )
    for step in range(8):
        k = (step / 7) ** 2
        for side in (-1, 1):
            x, y = 320 + side * (10 + 150 * k), 164 - 150 * k
            brush.ellipse(
                x - 2 - 9 * k, y - 1 - 3 * k, x + 2 + 9 * k, y + 1 + 3 * k, (255, 236, 180), glow=True
            )
    for x, word, colour in ((236, "↓", (60, 220, 110)), (404, "↓", (60, 220, 110))):
        brush.rounded(x - 15, 78, x + 15, 106, 3, (24, 26, 30))
        brush.text(x, 91, word, 22, colour, glow=True)
    brush.rounded(268, 76, 372, 106, 3, (24, 26, 30))
    brush.text(320, 91, "限速 80 开灯", 13, (255, 190, 70), glow=True)
    actors: list[Actor] = []
    for index in range(4):
        away = index % 2 == 0
        paint = PAINTS[(seed + index) % len(PAINTS)]
        for size in range(6):
            k = (size + 1) / 6
            image = _behind(inside, scale, 12 + 92 * k * k, paint, tail=away)
            begin = (0.05 + 0.24 * index) % 1
            order = size if not away else 5 - size
            first, last = begin + order * 0.028, begin + (order + 1) * 0.028
            x = 320 + (1 if away else -1) * (14 + 104 * k * k) - (12 + 92 * k * k) / 2
            actors.append(Actor(image, at(x, 190 + 100 * k * k - 30 * k), during(first, last)))
    return scene(brush, actors)


def _behind(light: Light, scale: float, width: float, paint: Colour, *, tail: bool) -> Image.Image:
    """A car seen from behind or from the front."""
    unit = width / 40
    brush = Brush(light, scale, width, width * 0.8)
    brush.polygon(
        [(8 * unit, 12 * unit), (12 * unit, 2 * unit), (28 * unit, 2 * unit), (32 * unit, 12 * unit)], paint
    )
    brush.polygon(
        [
            (10.5 * unit, 12 * unit),
            (13.4 * unit, 4 * unit),
            (26.6 * unit, 4 * unit),
            (29.5 * unit, 12 * unit),
        ],
        (60, 76, 90),
    )
    brush.rounded(3 * unit, 11 * unit, 37 * unit, 26 * unit, 3 * unit, paint)
    brush.rectangle(5 * unit, 25 * unit, 11 * unit, 31 * unit, (24, 24, 26))
    brush.rectangle(29 * unit, 25 * unit, 35 * unit, 31 * unit, (24, 24, 26))
    lamp: Colour = (236, 40, 36) if tail else (255, 248, 214)
    brush.ellipse(4.5 * unit, 14 * unit, 11 * unit, 19 * unit, lamp, glow=True)
    brush.ellipse(29 * unit, 14 * unit, 35.5 * unit, 19 * unit, lamp, glow=True)
    return brush.finish()


def expressway(light: Light, scale: float, seed: int) -> Scene:
    """An expressway toll plaza below the hills with cars, buses and barriers."""
    brush = Brush(light, scale)
    brush.sky(230)
    ridge(brush, 200, 120, seed + 3, (140, 164, 176))
    ridge(brush, 222, 70, seed + 7, (98, 136, 112))
    city_block(brush, 20, 226, 90, 60, (214, 206, 196))
    brush.rectangle(0, 222, 640, 360, _ROAD)
    brush.polygon([(90, 150), (550, 150), (590, 172), (50, 172)], (206, 60, 52))
    brush.rectangle(50, 170, 590, 178, (150, 42, 38))
    brush.text(320, 161, "黄 山 收 费 站", 15, (255, 236, 190), glow=True)
    for island in range(5):
        x = 70 + island * 122
        brush.rectangle(x, 178, x + 10, 236, (206, 208, 212))
        brush.rounded(x - 10, 206, x + 20, 240, 3, (70, 130, 180))
        brush.rounded(x - 16, 236, x + 26, 246, 4, (236, 200, 70))
    for row in (276, 318):
        for dash in range(9):
            brush.rectangle(10 + dash * 74, row, 46 + dash * 74, row + 3, _PAINT)
    actors: list[Actor] = []
    for index in range(6):
        leftward = index < 3
        row = 246 + (index % 3) * 34 + (6 if leftward else 0)
        length = 80 + row * 0.08
        image = (
            car(light, scale, length, PAINTS[(seed + index) % len(PAINTS)])
            if index != 4
            else bus(light, scale, 168, (46, 120, 180), "黄山 — 杭州")
        )
        course = across(
            row - (30 if index != 4 else 48) + 12,
            170,
            laps=1 + index % 2,
            start=index * 0.29 % 1,
            leftward=leftward,
        )
        actors.append(Actor(mirrored(image) if leftward else image, course))
    return scene(brush, actors)
