"""Every scene by name."""

from collections.abc import Callable

from pinegate_simulator.scenes import hills, roads, stations, town, waters
from pinegate_simulator.scenes.stage import LIGHTS, WIDTH, Light, Scene

SCENES: dict[str, Callable[[Light, float, int], Scene]] = {
    "old_street": town.old_street,
    "river_bridge": waters.river_bridge,
    "crossroads": roads.crossroads,
    "mountain": hills.mountain,
    "school_gate": town.school_gate,
    "bus_station": stations.bus_station,
    "fire_watch": hills.fire_watch,
    "square": town.square,
    "village_pond": waters.village_pond,
    "car_park": roads.car_park,
    "lake": waters.lake,
    "tunnel": roads.tunnel,
    "railway": stations.railway,
    "tea_terraces": hills.tea_terraces,
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
