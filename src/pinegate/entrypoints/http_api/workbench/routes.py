"""The workbench: what waits for the person who looks, how things stand, what their organization was told."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from pinegate.adapters.database.figures import FigureRows
from pinegate.adapters.database.workbench import WorkbenchRows
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser

router = APIRouter(prefix="/api/workbench")


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


@router.get("")
async def workbench(user: CurrentUser, services: CurrentServices) -> WorkbenchOut:
    now = services.now()
    async with services.database.transaction() as tx:
        rows = WorkbenchRows(tx.connection, user.actor, now, services.deadlines.urgent)
        tasks = await rows.tasks()
        notices = await rows.notices()
        figures = await FigureRows(tx.connection, user.actor, now).figures()
    return WorkbenchOut(
        tasks=[TaskOut.model_validate(task, from_attributes=True) for task in tasks],
        figures=[FigureOut(key=key, value=value) for key, value in figures.items()],
        notices=[NoticeOut.model_validate(row, from_attributes=True) for row in notices],
    )
