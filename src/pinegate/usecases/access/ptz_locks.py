"""Who steers a camera: the first keeps it for sixty seconds after the last command (governance section 5)."""

from dataclasses import dataclass

LOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class _Hold:
    person_id: str
    until: float


class PtzLocks:
    """One holder a point. In memory: a restart frees all cameras, which harms nobody."""

    def __init__(self) -> None:
        self._holds: dict[str, _Hold] = {}

    def take(self, point_id: str, person_id: str, now: float) -> bool:
        """Whether ``person_id`` may steer now; it then holds the camera. ``now``: seconds that never go back."""
        self._holds = {point: hold for point, hold in self._holds.items() if now < hold.until}
        hold = self._holds.get(point_id)
        if hold is not None and hold.person_id != person_id:
            return False
        self._holds[point_id] = _Hold(person_id, now + LOCK_SECONDS)
        return True
