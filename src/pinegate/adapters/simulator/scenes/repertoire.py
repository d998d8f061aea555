"""Every scene by name."""

from collections.abc import Callable

from pinegate.adapters.simulator.scenes import nature, roads, town
from pinegate.adapters.simulator.scenes.stage import LIGHTS, WIDTH, Light, Scene

SCENES: dict[str, Callable[[Light, float, int], Scene]] = {
    "old_street": town.old_street,
    "river_bridge": nature.river_bridge,
    "crossroads": roads.crossroads,
    "mountain": nature.mountain,
    "school_gate": town.school_gate,
    "bus_station": roads.bus_station,
    "fire_watch": nature.fire_watch,
    "square": town.square,
    "village_pond": nature.village_pond,
    "car_park": roads.car_park,
    "lake": nature.lake,
    "tunnel": roads.tunnel,
    "railway": roads.railway,
    "tea_terraces": nature.tea_terraces,
    "market": town.market,
    "expressway": roads.expressway,
}

SCENE_NAMES: tuple[str, ...] = tuple(SCENES)
LIGHT_NAMES: tuple[str, ...] = tuple(LIGHTS)


def build(name: str, light: str, seed: int, width: int) -> Scene:
    """Builds a scene for pictures ``width`` pixels wide.

    Raises ``KeyError`` for a name that is in neither ``SCENE_NAMES`` nor ``LIGHT_NAMES``.
    """
    return SCENES[name](LIGHTS[light], width / WIDTH, seed)
