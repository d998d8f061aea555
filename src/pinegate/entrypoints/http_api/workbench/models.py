"""The workbench in JSON."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class TaskOut(BaseModel):
    """``route``: where in the portal it is done; ``count``: of points, in tasks about points."""

    kind: str
    subject_kind: str
    subject_id: str
    title: str
    subtitle: str
    since: datetime
    urgent: bool
    route: str
    count: int | None


class FigureOut(BaseModel):
    key: str
    value: int


class NoticeOut(BaseModel):
    id: str
    kind: str
    subject_id: str
    details: dict[str, Any]
    created_at: datetime


class WorkbenchOut(BaseModel):
    tasks: list[TaskOut]
    figures: list[FigureOut]
    notices: list[NoticeOut]
