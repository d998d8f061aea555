"""Scenes where people walk: the old street, the school gate, the square, the market."""

import numpy

from pinegate_simulator.scenes.props import (
    CLOTHES,
    PAINTS,
    broadleaf,
    car,
    city_block,
    huizhou_house,
    lamp_post,
    person,
    umbrella_person,
    window,
)
from pinegate_simulator.scenes.stage import (
    WIDTH,
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


def _walkers(light: Light, scale: float, seed: int, count: int, ground: float, depth: float) -> list[Actor]:
    """People crossing the picture, the nearer ones taller and further down."""
    rng = numpy.random.default_rng(seed)
    actors: list[Actor] = []
    for index in range(count):
        nearness = index / max(1, count - 1)
        height = 34 + 26 * nearness
        leftward = bool(rng.integers(2))
        image = person(light, scale, height, CLOTHES[int(rng.integers(len(CLOTHES)))], load=index % 3 == 0)
        path = across(
            ground + depth * nearness - height, height, start=float(rng.random()), leftward=leftward
        )
        actors.append(Actor(mirrored(image) if leftward else image, path))
    return actors


def _lantern(brush: Brush, x: float, y: float) -> None:
    brush.line([(x, y - 8), (x, y)], (90, 60, 40), 1)
    brush.ellipse(x - 5, y, x + 5, y + 11, (216, 44, 40), glow=brush.light.lamps)
    brush.rectangle(x - 2.5, y - 1, x + 2.5, y + 1, (230, 180, 80))
    brush.rectangle(x - 2.5, y + 10, x + 2.5, y + 12, (230, 180, 80))


def old_street(light: Light, scale: float, seed: int) -> Scene:
    """屯溪老街: two rows of Huizhou shops towards a vanishing point, and walkers on the flagstones."""
    brush = Brush(light, scale)
    brush.sky(220)
    brush.polygon(
        [(0, 190), (250, 150), (330, 138), (420, 152), (640, 186), (640, 240), (0, 240)], (120, 142, 150)
    )
    brush.rectangle(0, 196, 640, 360, (168, 160, 148))
    for row in range(9):
        y = 200 + row * row * 2.2
        brush.line([(316 - (y - 180) * 1.9, y), (316 + (y - 180) * 1.95, y)], (140, 132, 122), 1)
    for step in range(-5, 6):
        brush.line([(316 + step * 8, 196), (316 + step * 72, 360)], (146, 138, 128), 1)
    signs = ["徽墨", "歙砚", "茶号", "药铺", "徽菜", "竹雕"]
    for side in (-1, 1):
        for index, near in enumerate((0.30, 0.52, 1.0)):
            far = (0.14, 0.30, 0.52)[index]
            x_far, x_near = 316 + side * (46 + 274 * far), 316 + side * (46 + 274 * near)
            top_far, top_near = 190 - 150 * far, 190 - 176 * near
            low_far, low_near = 196 + 120 * far, 196 + 152 * near
            brush.polygon(
                [(x_far, top_far), (x_near, top_near), (x_near, low_near), (x_far, low_far)], (236, 232, 222)
            )
            middle_far, middle_near = (top_far * 0.35 + low_far * 0.65), (top_near * 0.35 + low_near * 0.65)
            shop: Colour = (122, 74, 50)
            brush.polygon(
                [(x_far, middle_far), (x_near, middle_near), (x_near, low_near), (x_far, low_far)], shop
            )
            eave = 12 * near
            brush.polygon(
                [
                    (x_far, top_far - eave),
                    (x_near, top_near - eave),
                    (x_near, top_near + 3),
                    (x_far, top_far + 3),
                ],
                (60, 62, 68),
            )
            brush.polygon(
                [
                    (x_far, middle_far - 5 * near),
                    (x_near, middle_near - 9 * near),
                    (x_near, middle_near + 4 * near),
                    (x_far, middle_far + 3 * near),
                ],
                (74, 70, 70),
            )
            cx, cy = (x_far + x_near) / 2, (middle_far + middle_near) / 2
            size = 11 + 15 * near
            word = signs[(index + (3 if side > 0 else 0) + seed) % len(signs)]
            brush.rectangle(cx - size * 0.7, cy - size * 2.7, cx + size * 0.7, cy - size * 0.5, (40, 30, 28))
            for letter, character in enumerate(word[:2]):
                brush.text(cx, cy - size * (2.1 - letter), character, size * 0.95, (240, 200, 96), glow=True)
            window(brush, cx - size * 0.8, cy + size * 0.5, size * 1.6, size * 1.3)
            _lantern(brush, x_far - side * 5 * near, middle_far + 6)
    return scene(brush, _walkers(light, scale, seed, 7, 246, 100))


def school_gate(light: Light, scale: float, seed: int) -> Scene:
    """A school gate with its name, a zebra crossing, pupils who cross it, and a barrier that opens."""
    brush = Brush(light, scale)
    brush.sky(250)
    city_block(brush, 150, 230, 340, 150, (224, 190, 160))
    brush.rectangle(300, 60, 340, 80, (200, 60, 54))
    brush.text(320, 70, "好好学习", 8, (255, 240, 200), glow=True)
    broadleaf(brush, 80, 236, 120)
    broadleaf(brush, 566, 236, 126)
    brush.rectangle(0, 204, 210, 240, (196, 120, 92))
    brush.rectangle(430, 204, 640, 240, (196, 120, 92))
    for x in (206, 412):
        brush.rectangle(x, 168, x + 22, 242, (150, 78, 66))
        brush.rectangle(x - 3, 164, x + 25, 169, (90, 90, 94))
    brush.rectangle(206, 150, 434, 168, (150, 78, 66))
    brush.text(320, 159, "松 门 实 验 小 学", 13, (255, 226, 140), glow=True)
    brush.rectangle(0, 240, 640, 262, (198, 192, 182))
    brush.rectangle(0, 262, 640, 360, (92, 94, 98))
    brush.line([(0, 312), (220, 312)], (236, 220, 120), 3)
    brush.line([(430, 312), (640, 312)], (236, 220, 120), 3)
    for stripe in range(6):
        x = 244 + stripe * 28
        brush.polygon([(x, 266), (x + 14, 266), (x + 10, 356), (x - 8, 356)], (240, 240, 238))
    lamp_post(brush, 180, 262, 120)
    gate = Brush(light, scale, 184, 36)
    for bar in range(23):
        gate.rectangle(bar * 8, 0, bar * 8 + 2, 36, (176, 180, 186))
    gate.rectangle(0, 6, 184, 9, (176, 180, 186))
    gate.rectangle(0, 28, 184, 31, (176, 180, 186))
    actors = [
        Actor(
            gate.finish(),
            along([(0, 228, 206), (0.2, 228, 206), (0.35, 392, 206), (0.8, 392, 206), (1, 228, 206)]),
        )
    ]
    rng = numpy.random.default_rng(seed)
    for pupil in range(6):
        leaves = 0.34 + 0.04 * pupil
        image = person(light, scale, 34, CLOTHES[int(rng.integers(len(CLOTHES)))], load=True)
        x = 252 + 22 * pupil
        course = along([(0, 320, 214), (leaves, 320, 214), (leaves + 0.24, x, 322), (1, x, 362)])
        actors.append(Actor(image, course, during(leaves, 0.995)))
    for index, leftward in enumerate((False, True)):
        image = car(light, scale, 92, PAINTS[(seed + index) % len(PAINTS)])
        if leftward:
            stops = [(0.0, 700, 266), (0.02, 640, 266), (0.26, -100, 266), (1.0, -100, 266)]
        else:
            stops = [(0.0, -100, 316), (0.05, -100, 316), (0.30, 650, 316), (1.0, 650, 316)]
        actors.append(Actor(mirrored(image) if leftward else image, along(stops)))
    return scene(brush, actors)


def square(light: Light, scale: float, seed: int) -> Scene:
    """A wide square with a fountain, a flag, people in all directions and one who dances in place."""
    brush = Brush(light, scale)
    brush.sky(200)
    for index, (x, height) in enumerate(((0, 84), (92, 120), (190, 70), (400, 96), (500, 132), (590, 78))):
        city_block(
            brush, x, 190, 84, height, ((206, 198, 188), (178, 190, 200), (214, 180, 160))[(index + seed) % 3]
        )
    brush.rectangle(0, 188, 640, 200, (94, 138, 84))
    brush.rectangle(0, 200, 640, 360, (202, 194, 182))
    for row in range(8):
        y = 204 + row * row * 2.6
        brush.line([(0, y), (640, y)], (184, 176, 164), 1)
    for step in range(-9, 10):
        brush.line([(320 + step * 34, 200), (320 + step * 108, 360)], (184, 176, 164), 1)
    brush.rectangle(316, 60, 319, 210, (210, 212, 216))
    brush.ellipse(240, 206, 400, 246, (150, 152, 156))
    brush.ellipse(250, 208, 390, 240, (104, 166, 198))
    for x in (60, 150, 500, 590):
        broadleaf(brush, x, 214, 74)
        lamp_post(brush, x + 30, 212, 84)
    flag = Brush(light, scale, 46, 30)
    flag.rectangle(0, 0, 46, 30, (40, 128, 96))
    flag.text(23, 14, "黄山", 14, (250, 248, 236), glow=True)
    actors = [Actor(flag.finish(), lambda phase: (319, 62 + 1.5 * (round(phase * 64) % 3)))]
    for index, height in enumerate((30, 44, 30)):
        for half in range(2):
            jet = Brush(light, scale, 16, 50)
            rise = height - 10 * half
            jet.polygon([(6, 50), (8, 50 - rise), (10, 50)], (222, 240, 250))
            jet.ellipse(3, 46 - rise, 13, 54 - rise, (222, 240, 250))
            shown = 0.5 * half
            actors.append(
                Actor(
                    jet.finish(),
                    at(272 + 40 * index, 180),
                    lambda phase, shown=shown: (phase * 16 + shown) % 1 < 0.5,
                )
            )
    return scene(brush, [*actors, *_walkers(light, scale, seed + 40, 9, 236, 108)])


def market(light: Light, scale: float, seed: int) -> Scene:
    """A rainy market lane in a village of white walls; umbrellas pass and lanterns sway."""
    brush = Brush(light, scale)
    brush.sky(200)
    brush.polygon(
        [(0, 150), (120, 96), (260, 140), (420, 84), (560, 132), (640, 110), (640, 220), (0, 220)],
        (112, 134, 138),
    )
    brush.rectangle(0, 200, 640, 250, (132, 138, 130))
    for index, (x, width, height) in enumerate(
        ((-20, 150, 120), (140, 120, 96), (270, 140, 112), (424, 110, 92), (540, 130, 124))
    ):
        huizhou_house(brush, x, 250 + (index % 2) * 4, width, height)
    brush.rectangle(0, 248, 640, 266, (150, 146, 140))
    awnings: list[Colour] = [(196, 62, 58), (52, 120, 110), (222, 160, 62), (70, 96, 160)]
    for stall in range(5):
        x = 16 + stall * 126
        colour = awnings[(stall + seed) % len(awnings)]
        brush.rectangle(x + 6, 214, x + 9, 262, (110, 84, 62))
        brush.rectangle(x + 92, 214, x + 95, 262, (110, 84, 62))
        brush.polygon([(x - 4, 224), (x + 10, 204), (x + 92, 204), (x + 106, 224)], colour)
        brush.rectangle(x + 2, 244, x + 100, 264, (146, 106, 74))
        for fruit in range(9):
            shade: Colour = ((226, 120, 50), (196, 52, 48), (122, 166, 68))[(fruit // 3 + stall) % 3]
            brush.ellipse(x + 6 + fruit * 10, 238, x + 15 + fruit * 10, 247, shade)
    brush.rectangle(0, 264, 640, 360, (126, 128, 130))
    for row in range(6):
        brush.line([(0, 270 + row * row * 3), (640, 270 + row * row * 3)], (110, 112, 116), 1)
    actors: list[Actor] = []
    for index in range(6):
        height = 46 + 6 * index
        image = umbrella_person(light, scale, height, CLOTHES[(seed + index) % len(CLOTHES)])
        course = across(
            258 + index * 15 - height * 0.6,
            height,
            start=(index * 0.37 + seed * 0.11) % 1,
            leftward=index % 2 == 0,
        )
        actors.append(Actor(image, course))
    rain = Brush(light, scale, WIDTH, 400)
    rng = numpy.random.default_rng(seed)
    for _ in range(120):
        x, y = float(rng.uniform(0, WIDTH)), float(rng.uniform(0, 380))
        rain.line([(x, y), (x - 3, y + 12)], (206, 214, 222), 0.8)
    image = rain.finish()
    actors.append(Actor(image, lambda phase: (0, ((phase * 24) % 1) * 400 - 400)))
    actors.append(Actor(image, lambda phase: (0, ((phase * 24) % 1) * 400)))
    return scene(brush, actors)
