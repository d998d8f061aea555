"""The cameras of the demonstration's police platform. Two of them have sound."""

from dataclasses import replace
from typing import Final

from pinegate_simulator.inventory import Camera, invent

_CAMERAS: Final = 30
BUS_STATION: Final = "34100200041320000022"
OLD_STREET: Final = "34100200001320000001"
WITH_SOUND: Final = frozenset({BUS_STATION, OLD_STREET})


def invent_cameras() -> list[Camera]:
    return [
        replace(camera, audio="aac") if camera.device_id in WITH_SOUND else camera
        for camera in invent(_CAMERAS)
    ]
