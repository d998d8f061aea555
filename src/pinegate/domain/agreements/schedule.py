"""The agreement's schedule: which points, which operations (Annex 2 clause 1: 经审批…获得共享权限的视频资源)."""

import json

from pinegate.domain.applications.application import Application


def schedule_of(application: Application) -> bytes:
    """Canonical JSON of the approved points and operations, sorted by point; what was cut is not in it.

    Its SM3 digest (GB/T 32905) stands in the agreement: what both sides seal is frozen by it.
    """
    lines = sorted(
        (point.point_id, sorted(operation.value for operation in point.consented))
        for point in application.points
        if point.consented
    )
    document = [{"operations": operations, "point": point_id} for point_id, operations in lines]
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
