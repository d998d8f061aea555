"""The workbench: what waits for the person who looks, how things stand, what their organization was told."""

from fastapi import APIRouter

from pinegate.adapters.database.figures import FigureRows
from pinegate.adapters.database.workbench import WorkbenchRows
from pinegate.entrypoints.http_api.shared.gate import signed_in_only
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser
from pinegate.entrypoints.http_api.workbench.models import FigureOut, NoticeOut, TaskOut, WorkbenchOut

router = APIRouter(prefix="/api/workbench")


@router.get("", dependencies=[signed_in_only()])
async def workbench(user: CurrentUser, services: CurrentServices) -> WorkbenchOut:
    now = services.now()
    async with services.database.transaction() as tx:
        rows = WorkbenchRows(tx.connection, user.actor, now, services.deadlines.urgent)
        tasks = await rows.tasks()
        notices = await rows.notices()
        figures = await FigureRows(tx.connection, user.actor).figures()
    return WorkbenchOut(
        tasks=[TaskOut.model_validate(task, from_attributes=True) for task in tasks],
        figures=[FigureOut(key=key, value=value) for key, value in figures.items()],
        notices=[NoticeOut.model_validate(row, from_attributes=True) for row in notices],
    )
