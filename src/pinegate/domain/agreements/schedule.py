"""The agreement's schedule: which points, which operations (Annex 2 clause 1: 经审批…获得共享权限的视频资源)."""

import hashlib
import json

from pinegate.domain.applications.application import Application


def schedule_of(application: Application) -> bytes:
    """Canonical JSON of the approved points and operations, sorted by point; what was cut is not in it."""
    lines = sorted(
        (point.point_id, sorted(operation.value for operation in point.consented))
        for point in application.points
        if point.consented
    )
    document = [{"operations": operations, "point": point_id} for point_id, operations in lines]
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def schedule_digest(application: Application) -> str:
    """SM3 (GB/T 32905) of the schedule, hex: what both sides seal is frozen by it."""
    return hashlib.new("sm3", schedule_of(application)).hexdigest()
