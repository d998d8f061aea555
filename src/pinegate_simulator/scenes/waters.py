"""Scenes at the water: the river bridge, the lake, the village pond."""

import math

import numpy
from PIL import Image

from pinegate_simulator.scenes.props import (
    CLOTHES,
    PAINTS,
    broadleaf,
    car,
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
    Scene,
    across,
    at,
    mirrored,
    scene,
)


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


def lake(light: Light, scale: float, seed: int) -> Scene:
    """太平湖: hills around a lake, pleasure boats, a jetty and birds."""
    brush = Brush(light, scale)
    brush.sky(190)
    ridge(brush, 176, 110, seed + 21, (158, 182, 196))
    ridge(brush, 184, 70, seed + 22, (118, 154, 146))
    ridge(brush, 190, 36, seed + 23, (86, 130, 102))
    _water(brush, 182, (96, 160, 182))
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
    bank = Brush(light, scale)
    bank.polygon([(0, 300), (120, 286), (210, 310), (250, 360), (0, 360)], (124, 156, 92))
    broadleaf(bank, 46, 312, 110, (96, 150, 78))
    broadleaf(bank, 132, 316, 82, (86, 140, 74))
    bank.polygon([(212, 314), (372, 300), (376, 306), (216, 322)], (150, 116, 80))
    for pile in range(5):
        bank.rectangle(236 + pile * 32, 308 - pile * 2, 240 + pile * 32, 334 - pile * 3, (110, 84, 60))
    actors.append(Actor(bank.finish(), at(0, 0)))
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
