"""Scenes in the hills: the mountain, the fire watch, the tea terraces."""

import math

import numpy

from pinegate_simulator.scenes.props import (
    CLOTHES,
    broadleaf,
    cloud,
    huangshan_pine,
    huizhou_house,
    person,
    ridge,
)
from pinegate_simulator.scenes.stage import (
    HEIGHT,
    WIDTH,
    Actor,
    Brush,
    Colour,
    Light,
    Point,
    Scene,
    across,
    along,
    at,
    scene,
)

_FLICKER = (0, 1, 2, 3, 2, 1)
"""How large the fire is, time after time."""


def mountain(light: Light, scale: float, seed: int) -> Scene:
    """Huangshan's granite peaks and pines above a sea of clouds; the clouds drift, a cable car hangs."""
    brush = Brush(light, scale)
    brush.sky(300)
    brush.ellipse(492, 40, 532, 80, (255, 246, 214), glow=not light.lamps)
    ridge(brush, 250, 150, seed + 11, (178, 196, 208), 1.3)
    ridge(brush, 290, 160, seed + 12, (138, 160, 174), 1.6)
    for x, width, top, shade in ((90, 120, 92, 0), (250, 86, 132, 8), (420, 140, 74, 4), (566, 100, 118, 10)):
        rock: Colour = (142 - shade, 136 - shade, 130 - shade)
        dark: Colour = (112 - shade, 108 - shade, 106 - shade)
        points: list[Point] = [
            (x - width * 0.6, 360),
            (x - width * 0.34, top + 92),
            (x - width * 0.22, top + 30),
            (x - 6, top),
        ]
        brush.polygon(
            [*points, (x + width * 0.16, top + 26), (x + width * 0.34, top + 84), (x + width * 0.62, 360)],
            rock,
        )
        brush.polygon(
            [
                (x - 6, top),
                (x + width * 0.16, top + 26),
                (x + width * 0.34, top + 84),
                (x + width * 0.62, 360),
                (x + width * 0.1, 360),
                (x + 2, top + 70),
            ],
            dark,
        )
        for crack in range(3):
            brush.line(
                [
                    (x - width * 0.1 * crack, top + 30 + crack * 24),
                    (x - width * 0.16 * crack - 6, top + 110 + crack * 20),
                ],
                dark,
                1.4,
            )
        huangshan_pine(brush, x - 4, top + 4, 34, lean=1 if shade % 8 else -1)
        huangshan_pine(brush, x - width * 0.28, top + 84, 40, lean=-1)
        huangshan_pine(brush, x + width * 0.26, top + 62, 30)
    brush.line([(0, 60), (640, 168)], (70, 74, 80), 1)
    cabin = Brush(light, scale, 26, 30)
    cabin.line([(13, 0), (13, 9)], (70, 74, 80), 1)
    cabin.rounded(0, 8, 25, 29, 5, (206, 62, 52))
    cabin.rectangle(4, 12, 22, 20, (170, 206, 222))
    actors = [Actor(cabin.finish(), along([(0, -30, 55), (1, 650, 169.8)]))]
    mist: Colour = (246, 248, 250)
    for index in range(7):
        width = 260 + 40 * (index % 3)
        image = cloud(light, scale, width, mist, 215)
        actors.append(
            Actor(
                image,
                across(
                    196 + index * 19, width, start=(index * 0.37 + seed * 0.07) % 1, leftward=index % 4 == 3
                ),
            )
        )
    near = Brush(light, scale, 170, 130)
    near.polygon([(0, 130), (0, 96), (40, 84), (96, 92), (140, 112), (168, 130)], (88, 84, 80))
    huangshan_pine(near, 46, 92, 84)
    actors.append(Actor(near.finish(), at(0, 232)))
    return scene(brush, actors)


def fire_watch(light: Light, scale: float, seed: int) -> Scene:
    """A thermal fire watch over forest: cold violet hills, and one spot that warms, with its mark."""
    warm = Light((20, 8, 48), (74, 22, 104), (1, 1, 1))
    brush = Brush(warm, scale)
    brush.gradient(0, 0, WIDTH, 250, (14, 6, 40), (64, 20, 96))
    for depth, colour in enumerate(((86, 28, 118), (112, 38, 120), (140, 52, 108))):
        ridge(brush, 210 + depth * 50, 110 - depth * 14, seed + 31 + depth, colour, 1.2)
    rng = numpy.random.default_rng(seed)
    for _ in range(90):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(250, 356))
        size = 4 + (y - 240) * 0.12
        tone = int(rng.integers(0, 26))
        brush.polygon([(x - size, y), (x, y - size * 2.6), (x + size, y)], (150 + tone, 60 + tone, 90))
    brush.rectangle(612, 60, 622, 300, (0, 0, 0))
    for step in range(40):
        k = step / 39
        brush.rectangle(
            613,
            299 - step * 5.95,
            621,
            299 - step * 5.95 + 6,
            (int(40 + 215 * k), int(16 + 220 * k * k), int(110 * (1 - k) + 120 * k**4)),
        )
    brush.text(598, 64, "82℃", 9, (255, 255, 255))
    brush.text(598, 296, "6℃", 9, (255, 255, 255))
    brush.line([(310, 180), (330, 180)], (255, 255, 255), 1)
    brush.line([(320, 170), (320, 190)], (255, 255, 255), 1)
    spot: Point = (180.0 + 60 * (seed % 5), 214)
    actors: list[Actor] = []
    for level in range(4):
        brush_spot = Brush(warm, scale, 60, 60)
        for ring, colour in enumerate(((232, 96, 56), (250, 168, 60), (255, 236, 150))):
            radius = (26 - ring * 8) * (0.5 + 0.16 * level)
            brush_spot.ellipse(30 - radius, 30 - radius, 30 + radius, 30 + radius, colour)
        actors.append(
            Actor(
                brush_spot.finish(),
                at(spot[0] - 30, spot[1] - 30),
                lambda phase, level=level: _FLICKER[int(phase * 48) % 6] == level,
            )
        )
    mark = Brush(warm, scale, 120, 84)
    for corner_x, corner_y, dx, dy in (
        (22, 4, 12, 12),
        (98, 4, -12, 12),
        (22, 80, 12, -12),
        (98, 80, -12, -12),
    ):
        mark.line(
            [(corner_x + dx, corner_y), (corner_x, corner_y), (corner_x, corner_y + dy)], (255, 255, 255), 2
        )
    actors.append(
        Actor(mark.finish(), at(spot[0] - 60, spot[1] - 42), lambda phase: int(phase * 32) % 2 == 0)
    )
    walker = person(Light((0, 0, 0), (0, 0, 0), (1.2, 1.0, 0.6)), scale, 30, (255, 220, 120))
    actors.append(Actor(walker, across(300, 16, start=0.4)))
    return scene(brush, actors)


def tea_terraces(light: Light, scale: float, seed: int) -> Scene:
    """Tea terraces with pickers among the rows, mist in the valley."""
    brush = Brush(light, scale)
    brush.sky(200)
    ridge(brush, 180, 120, seed + 41, (160, 184, 194), 1.2)
    ridge(brush, 200, 80, seed + 42, (116, 154, 136))
    for row in range(9):
        base = 176 + row * row * 2.4
        crest: list[Point] = [
            (float(x), base + 12 * math.sin(x / 120 + row * 0.7 + seed)) for x in range(0, WIDTH + 16, 16)
        ]
        green = (96 - row * 4, 158 - row * 6, 80 - row * 3)
        brush.polygon([*crest, (WIDTH + 16, HEIGHT), (0, HEIGHT)], green)
        brush.line(crest, (136 - row * 4, 190 - row * 5, 96), 2 + row * 0.5)
    huizhou_house(brush, 468, 206, 96, 50)
    broadleaf(brush, 590, 214, 66)
    huangshan_pine(brush, 72, 226, 78)
    actors: list[Actor] = []
    for index in range(6):
        height = 24 + index * 5
        image = person(light, scale, height, CLOTHES[(seed + index) % len(CLOTHES)], load=True)
        y = 206 + index * 25 - height * 0.6
        x = 60 + (index * 137 + seed * 31) % 480
        actors.append(
            Actor(
                image,
                along([(0, x, y), (0.3, x + 40, y + 1), (0.5, x + 40, y + 1), (0.8, x - 6, y), (1, x, y)]),
            )
        )
    for index in range(3):
        width = 230 + index * 50
        actors.append(
            Actor(
                cloud(light, scale, width, (244, 247, 248), 150),
                across(120 + index * 20, width, start=index * 0.33, leftward=index == 1),
            )
        )
    return scene(brush, actors)
