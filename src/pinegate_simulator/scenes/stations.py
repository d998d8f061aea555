"""Scenes of public transport: the bus station and the railway."""

from PIL import Image

from pinegate_simulator.scenes.props import (
    CLOTHES,
    broadleaf,
    bus,
    lamp_post,
    person,
    ridge,
)
from pinegate_simulator.scenes.stage import (
    Actor,
    Brush,
    Colour,
    Light,
    Scene,
    across,
    along,
    mirrored,
    scene,
)

_ROAD: Colour = (84, 87, 92)
_PAINT: Colour = (236, 236, 232)


def bus_station(light: Light, scale: float, seed: int) -> Scene:
    """A bus station: the hall with its board, buses that arrive, wait and leave, and passengers."""
    brush = Brush(light, scale)
    brush.sky(210)
    ridge(brush, 200, 90, seed + 9, (126, 150, 158))
    brush.rectangle(60, 96, 580, 226, (214, 218, 222))
    brush.polygon([(40, 100), (120, 66), (520, 66), (600, 100)], (70, 96, 128))
    brush.rectangle(230, 74, 410, 94, (36, 54, 84))
    brush.text(320, 84, "黄 山 汽 车 客 运 站", 13, (255, 226, 150), glow=True)
    for pane in range(15):
        lit = brush.light.lamps
        colour: Colour = (255, 220, 150) if lit else (140, 176, 196)
        brush.rectangle(72 + pane * 33.4, 118, 100 + pane * 33.4, 210, colour, glow=lit)
    brush.rectangle(0, 226, 640, 250, (196, 190, 180))
    brush.rectangle(0, 250, 640, 360, (96, 98, 102))
    for bay in range(7):
        x = 30 + bay * 96
        brush.polygon([(x, 252), (x + 4, 252), (x - 22, 360), (x - 30, 360)], _PAINT)
    lamp_post(brush, 30, 252, 130)
    lamp_post(brush, 600, 252, 130)
    liveries: list[Colour] = [(46, 120, 180), (62, 150, 96), (206, 92, 52)]
    actors = [
        Actor(
            person(light, scale, 34, CLOTHES[(seed + i) % len(CLOTHES)], load=True),
            across(208, 20, start=i * 0.21, leftward=i % 2 == 1),
        )
        for i in range(5)
    ]
    for index, (row, length) in enumerate(((236, 150), (262, 190), (296, 230))):
        route = ("1路 老街—北站", "12路 屯溪—歙县", "旅游专线 黄山")[(index + seed) % 3]
        leftward = index == 1
        image = bus(light, scale, length, liveries[(index + seed) % 3], route, leftward=leftward)
        stand = 150 + index * 70
        shift = 0.18 * index
        stops = [
            (0.0, -240.0, row),
            (0.05 + shift, -240.0, row),
            (0.24 + shift, stand, row),
            (0.42 + shift, stand, row),
            (0.62 + shift, 660.0, row),
            (1.0, 660.0, row),
        ]
        course = along([(p, 640 - length - x, y) for p, x, y in stops] if leftward else stops)
        actors.append(Actor(image, course))
    return scene(brush, actors)


def railway(light: Light, scale: float, seed: int) -> Scene:
    """A viaduct in the hills; a white high-speed train, then a green one, pass over it."""
    brush = Brush(light, scale)
    brush.sky(260)
    ridge(brush, 210, 130, seed + 2, (150, 172, 182))
    ridge(brush, 250, 100, seed + 5, (104, 140, 120))
    brush.rectangle(0, 262, 640, 360, (140, 168, 92))
    for field in range(7):
        brush.polygon(
            [
                (field * 110 - 60, 300),
                (field * 110 + 40, 300),
                (field * 110 + 10, 360),
                (field * 110 - 120, 360),
            ],
            ((226, 196, 74), (150, 178, 96))[field % 2],
        )
    for tree in range(6):
        broadleaf(brush, 40 + tree * 116, 300, 44 + (tree * 13 + seed * 7) % 20)
    brush.rectangle(0, 214, 640, 226, (190, 188, 184))
    for pier in range(6):
        x = 30 + pier * 118
        brush.rectangle(x, 226, x + 16, 300, (172, 170, 166))
    for mast in range(8):
        brush.rectangle(20 + mast * 84, 160, 22 + mast * 84, 214, (110, 114, 120))
    brush.line([(0, 168), (640, 168)], (90, 94, 100), 1)
    return scene(
        brush,
        [
            Actor(
                _train(light, scale, 520, (240, 242, 246), (52, 96, 170)),
                along([(0, -540, 182), (0.06, -540, 182), (0.40, 660, 182), (1, 660, 182)]),
            ),
            Actor(
                mirrored(_train(light, scale, 460, (60, 110, 78), (222, 190, 80))),
                along([(0, 660, 182), (0.52, 660, 182), (0.97, -480, 182), (1, -480, 182)]),
            ),
        ],
    )


def _train(light: Light, scale: float, length: float, paint: Colour, band: Colour) -> Image.Image:
    brush = Brush(light, scale, length, 33)
    brush.rectangle(0, 2, length - 40, 30, paint)
    brush.polygon(
        [(length - 40, 2), (length - 20, 8), (length - 1, 24), (length - 4, 30), (length - 40, 30)], paint
    )
    brush.rectangle(0, 21, length - 8, 24, band)
    for pane in range(int((length - 60) // 16)):
        lit = brush.light.lamps
        brush.rounded(
            8 + pane * 16, 8, 18 + pane * 16, 16, 2, (255, 222, 150) if lit else (52, 62, 76), glow=lit
        )
    for joint in range(1, int(length // 120) + 1):
        brush.rectangle(joint * 120 - 1, 2, joint * 120 + 1, 30, (70, 74, 80))
    brush.polygon([(length - 32, 7), (length - 20, 10), (length - 12, 16), (length - 32, 15)], (44, 54, 68))
    return brush.finish()
