"""Scenes of the country around: river, mountain, lake, forest, tea terraces, village pond."""

import math

import numpy
from PIL import Image

from pinegate.adapters.simulator.scenes.props import (
    CLOTHES,
    PAINTS,
    broadleaf,
    car,
    cloud,
    huangshan_pine,
    huizhou_house,
    person,
    ridge,
)
from pinegate.adapters.simulator.scenes.stage import (
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
    mirrored,
    scene,
)

_FLICKER = (0, 1, 2, 3, 2, 1)
"""How large the fire is, time after time."""


def _water(brush: Brush, top: float, colour: Colour) -> None:
    near = tuple(int(c * 0.72) for c in brush.light.on(colour))
    brush.gradient(0, top, WIDTH, HEIGHT, brush.light.on(colour), (near[0], near[1], near[2]))


def _glitter(light: Light, scale: float, top: float, seed: int) -> list[Actor]:
    """Two sheets of short bright strokes that drift against each other."""
    actors: list[Actor] = []
    for sheet in range(2):
        rng = numpy.random.default_rng(seed + sheet)
        brush = Brush(light, scale, WIDTH, HEIGHT - top)
        for _ in range(46):
            y = float(rng.uniform(6, HEIGHT - top - 4))
            x, length = float(rng.uniform(0, WIDTH - 60)), 8 + y * 0.22
            brush.line([(x, y), (x + length, y)], (226, 238, 244), 1)
        image = brush.finish()
        image.putalpha(image.getchannel("A").point([value // 3 for value in range(256)]))
        turn = 1 if sheet else -1
        actors.append(Actor(image, lambda phase, turn=turn: (turn * 12 * math.sin(phase * 6 * math.pi), top)))
    return actors


def _boat(light: Light, scale: float, length: float, *, roof: bool) -> Image.Image:
    brush = Brush(light, scale, length, length * 0.46)
    unit = length / 100
    if roof:
        brush.polygon(
            [(24 * unit, 24 * unit), (32 * unit, 8 * unit), (66 * unit, 8 * unit), (74 * unit, 24 * unit)],
            (176, 146, 92),
        )
        brush.rectangle(30 * unit, 20 * unit, 68 * unit, 30 * unit, (112, 84, 58))
    brush.polygon(
        [(0, 24 * unit), (99 * unit, 22 * unit), (86 * unit, 40 * unit), (14 * unit, 40 * unit)],
        (104, 70, 48),
    )
    brush.rounded(82 * unit, 9 * unit, 88 * unit, 24 * unit, 2 * unit, (52, 80, 120))
    brush.ellipse(81.6 * unit, 3 * unit, 88.4 * unit, 9.6 * unit, (226, 184, 152))
    brush.polygon([(78 * unit, 5 * unit), (85 * unit, 0), (92 * unit, 5 * unit)], (214, 190, 120))
    brush.line([(90 * unit, 2 * unit), (97 * unit, 44 * unit)], (150, 120, 80), 1.2)
    return brush.finish()


def river_bridge(light: Light, scale: float, seed: int) -> Scene:
    """The stone bridge over the 新安江: arches with their reflections, cars above, a boat below."""
    brush = Brush(light, scale)
    brush.sky(230)
    ridge(brush, 200, 110, seed + 1, (146, 170, 182))
    ridge(brush, 214, 60, seed + 4, (112, 146, 128))
    for index in range(7):
        huizhou_house(brush, 6 + index * 92, 216, 70, 44 + (index * 17 + seed * 5) % 26)
    brush.rectangle(0, 212, 640, 222, (120, 150, 96))
    _water(brush, 222, (104, 152, 168))
    stone: Colour = (188, 172, 152)
    brush.rectangle(0, 170, 640, 238, stone)
    brush.rectangle(0, 164, 640, 172, (166, 150, 132))
    for post in range(33):
        brush.rectangle(post * 20, 156, post * 20 + 3, 166, (176, 160, 142))
    brush.line([(0, 157), (640, 157)], (166, 150, 132), 2)
    openings = brush.light.on((128, 164, 178))
    for arch in range(5):
        x = 18 + arch * 124
        brush.ellipse(x, 182, x + 104, 300, openings, glow=True)
        brush.rectangle(x, 240, x + 104, 300, openings, glow=True)
        brush.polygon([(x - 16, 238), (x, 222), (x, 252), (x - 16, 252)], (150, 136, 120))
    _water(brush, 250, (104, 152, 168))
    actors: list[Actor] = []
    for index in range(3):
        image = car(light, scale, 44, PAINTS[(seed + index) % len(PAINTS)])
        leftward = index == 1
        actors.append(
            Actor(
                mirrored(image) if leftward else image,
                across(147, 44, laps=1 + index % 2, start=index * 0.31, leftward=leftward),
            )
        )
    actors.append(Actor(person(light, scale, 22, CLOTHES[seed % len(CLOTHES)]), across(141, 12, start=0.5)))
    actors += _glitter(light, scale, 252, seed)
    actors.append(Actor(_boat(light, scale, 120, roof=True), across(276, 120, start=0.35 + 0.1 * (seed % 4))))
    actors.append(
        Actor(mirrored(_boat(light, scale, 84, roof=False)), across(250, 84, start=0.8, leftward=True))
    )
    return scene(brush, actors)


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


def lake(light: Light, scale: float, seed: int) -> Scene:
    """太平湖: hills around a lake, pleasure boats, a jetty and birds."""
    brush = Brush(light, scale)
    brush.sky(190)
    ridge(brush, 176, 110, seed + 21, (158, 182, 196))
    ridge(brush, 184, 70, seed + 22, (118, 154, 146))
    ridge(brush, 190, 36, seed + 23, (86, 130, 102))
    _water(brush, 182, (96, 160, 182))
    brush.polygon([(0, 300), (120, 286), (210, 310), (250, 360), (0, 360)], (124, 156, 92))
    broadleaf(brush, 46, 312, 110, (96, 150, 78))
    broadleaf(brush, 132, 316, 82, (86, 140, 74))
    brush.polygon([(212, 314), (372, 300), (376, 306), (216, 322)], (150, 116, 80))
    for pile in range(5):
        brush.rectangle(236 + pile * 32, 308 - pile * 2, 240 + pile * 32, 334 - pile * 3, (110, 84, 60))
    actors = _glitter(light, scale, 190, seed)
    ferry = Brush(light, scale, 150, 50)
    ferry.polygon([(0, 28), (149, 28), (132, 48), (14, 48)], (240, 240, 238))
    ferry.rectangle(8, 36, 140, 39, (40, 96, 160))
    ferry.rounded(24, 12, 116, 30, 3, (250, 250, 248))
    ferry.rounded(40, 2, 90, 13, 3, (206, 62, 52))
    for pane in range(6):
        ferry.rectangle(30 + pane * 14, 16, 40 + pane * 14, 24, (90, 150, 186))
    actors.append(Actor(ferry.finish(), across(206, 150, start=0.2 + 0.13 * (seed % 5))))
    actors.append(Actor(_boat(light, scale, 76, roof=False), across(250, 76, start=0.6)))
    actors.append(
        Actor(mirrored(_boat(light, scale, 104, roof=True)), across(276, 104, start=0.05, leftward=True))
    )
    for bird in range(3):
        for wings in range(2):
            image = Brush(light, scale, 18, 12)
            tip = 1 if wings else 10
            image.line([(0, tip), (9, 6), (18, tip)], (60, 66, 74), 1.6)
            course = across(52 + bird * 17, 18, start=0.1 + bird * 0.03)
            actors.append(
                Actor(image.finish(), course, lambda phase, wings=wings: int(phase * 64) % 2 == wings)
            )
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


def village_pond(light: Light, scale: float, seed: int) -> Scene:
    """宏村: white houses mirrored in the half-moon pond, ducks on it, visitors at its edge."""
    brush = Brush(light, scale)
    brush.sky(180)
    ridge(brush, 150, 110, seed + 51, (138, 164, 160))
    houses = [(-16, 118, 92), (96, 96, 112), (186, 130, 86), (310, 104, 118), (408, 124, 94), (526, 130, 108)]
    for x, width, height in houses:
        huizhou_house(brush, x, 206, width, height)
    brush.rectangle(0, 204, 640, 222, (176, 166, 150))
    mirror = Brush(light, scale)
    for x, width, height in houses:
        huizhou_house(mirror, x, 206, width, height)
    _water(brush, 222, (120, 158, 164))
    bank = scene(brush, [])
    reflection = mirror.finish().transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    reflection.putalpha(reflection.getchannel("A").point([value * 2 // 5 for value in range(256)]))
    low = Image.new("RGBA", reflection.size, (0, 0, 0, 0))
    low.paste(reflection, (0, round(68 * scale)))
    low.paste((0, 0, 0, 0), (0, 0, low.width, round(222 * scale)))
    bank.background.paste(low, (0, 0), low)
    actors = _glitter(light, scale, 226, seed)
    duck = Brush(light, scale, 26, 18)
    duck.ellipse(0, 6, 20, 17, (244, 244, 240))
    duck.ellipse(15, 0, 24, 9, (244, 244, 240))
    duck.polygon([(23, 4), (26, 5.5), (23, 7)], (236, 150, 50))
    for index in range(4):
        y = 256 + index * 20
        actors.append(Actor(duck.finish(), across(y, 26, start=0.1 + index * 0.04 + 0.1 * (seed % 3))))
    for index in range(5):
        leftward = index % 2 == 0
        image = person(light, scale, 34, CLOTHES[(seed + index) % len(CLOTHES)], load=leftward)
        actors.append(
            Actor(
                mirrored(image) if leftward else image,
                across(184 + index % 3 * 2, 20, start=index * 0.23 % 1, leftward=leftward),
            )
        )
    return Scene(bank.background, tuple(actors), scale)
