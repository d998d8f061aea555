"""What a snapshot carries with it, so that a leaked one tells who took it."""

from datetime import datetime

from pinegate.domain.access.request import AccessRequest
from pinegate.usecases.access.ports import Situation


def snapshot_mark(request: AccessRequest, situation: Situation, session_id: str, now: datetime) -> str:
    """One line: unit, person, point, register number, time."""
    return (
        f"{situation.organization_name} | {situation.person_name} | {situation.point_name} | "
        f"{session_id} | {now.isoformat(timespec='seconds')} | {request.reason}"
    )
