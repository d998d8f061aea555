"""The portal's routes to pictures: play, its state and its end, snapshots, camera control."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.access.watching import (
    PlayAnswer,
    ProtocolName,
    PtzOrder,
    Reason,
    operation_of,
    start_watching,
    steer,
    take_snapshot,
)
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.end_session import end_sessions
from pinegate.usecases.access.ports import ClosedEntry
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import SessionEnded

router = APIRouter()

_MOST_LISTENERS = 8
_STILL_HERE_SECONDS = 15.0
_MOST_SILENCES = 40
"""Ten minutes; the browser comes again by itself, and is asked again who it is."""


class PlayForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    point_id: Id
    system_id: Id
    operation: Literal["live"] = "live"
    protocol: ProtocolName
    reason: Reason


class PlayState(BaseModel):
    """``end_code`` says more where the source could not be had."""

    state: Literal["waiting", "live", "ended"]
    end_reason: str | None
    end_code: str | None


class SnapshotForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    point_id: Id
    system_id: Id
    reason: Reason


class PtzForm(PtzOrder):
    point_id: Id
    system_id: Id
    reason: Reason


def _request(user: SignedIn, form: PlayForm | SnapshotForm | PtzForm, operation: Operation) -> AccessRequest:
    return AccessRequest(
        channel=AccessChannel.PORTAL,
        person_id=user.actor.person_id,
        system_id=form.system_id,
        point_id=form.point_id,
        operation=operation,
        reason=form.reason,
        client_host=user.client_host,
    )


@router.post("/api/play")
async def play(form: PlayForm, user: CurrentUser, services: CurrentServices) -> PlayAnswer:
    """Ask to see a point live."""
    request = _request(user, form, Operation.LIVE)
    return await start_watching(request, form.protocol, user.session_id, services)


@router.get("/api/play/events", response_class=StreamingResponse)
async def play_events(user: CurrentUser, services: CurrentServices) -> StreamingResponse:
    """Server-sent events ``session_ended`` of the plays that this portal session opened."""
    if services.end_listeners.listeners(user.session_id) >= _MOST_LISTENERS:
        raise ProblemError("too_many_requests", "close the portal's other windows")
    return StreamingResponse(_events(user.session_id, services), media_type="text/event-stream")


async def _events(portal_session_id: str, services: Services) -> AsyncGenerator[str, None]:
    queue = services.end_listeners.listen(portal_session_id)
    try:
        yield ": listening\n\n"
        for _ in range(_MOST_SILENCES):
            try:
                async with asyncio.timeout(_STILL_HERE_SECONDS):
                    ended = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            yield _event(ended)
            if ended.end.reason is EndReason.SIGNED_OUT:
                return
    finally:
        services.end_listeners.stop_listening(portal_session_id, queue)


def _event(ended: ClosedEntry) -> str:
    reason, code = split_reason(str(ended.end))
    data = json.dumps({"session_id": ended.id, "reason": reason, "code": code})
    return f"event: session_ended\ndata: {data}\n\n"


def split_reason(end_reason: str | None) -> tuple[str | None, str | None]:
    """``source_unavailable:busy`` → the reason, and the code that says more."""
    if end_reason is None:
        return None, None
    end = End.read(end_reason)
    return end.reason, end.detail


@router.get("/api/play/{session_id}")
async def play_state(session_id: Id, user: CurrentUser, services: CurrentServices) -> PlayState:
    """Where my play stands, and why it was cut."""
    async with services.database.transaction() as tx:
        found = await tx.access.play(session_id)
    if found is None or found.person_id != user.actor.person_id:
        raise ProblemError("not_found")
    reason, code = split_reason(found.end_reason)
    state = "ended" if found.ended_at else "live" if found.started_at else "waiting"
    return PlayState(state=state, end_reason=reason, end_code=code)


@router.delete("/api/play/{session_id}", status_code=204)
async def stop_playing(session_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    """I have seen enough."""
    async with services.database.transaction() as tx:
        found = await tx.access.play(session_id)
    if found is None or found.person_id != user.actor.person_id:
        raise ProblemError("not_found")
    await stop_play(session_id, services)


async def stop_play(session_id: str, services: Services) -> None:
    """Close in the engine, then write it down."""
    end = End(EndReason.VIEWER_LEFT)
    await services.media.close_sessions([session_id], end)
    async with services.database.transaction() as tx:
        await end_sessions(tx, [SessionEnded(session_id, end)], Act(None, services.now(), services.new_id))


@router.post("/api/snapshots", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
async def snapshot(form: SnapshotForm, user: CurrentUser, services: CurrentServices) -> Response:
    """A JPEG of this moment, with unit, person and register number inside."""
    request = _request(user, form, Operation.SNAPSHOT)
    jpeg = await take_snapshot(request, user.session_id, services)
    return Response(jpeg, media_type="image/jpeg")


@router.post("/api/ptz", status_code=204)
async def ptz(form: PtzForm, user: CurrentUser, services: CurrentServices) -> None:
    """Move the camera, zoom, call a preset; movements go on until ``stop``."""
    command = form.as_command()
    request = _request(user, form, Operation(operation_of(command.move)))
    await steer(request, command, user.session_id, services)
