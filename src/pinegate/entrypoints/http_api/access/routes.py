"""The portal's routes to pictures: play, its state and its end, snapshots, camera control."""

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.access.answers import MOST_LISTENERS, events_of, state_of
from pinegate.entrypoints.http_api.access.models import PlayAnswer, PlayForm, PlayState, PtzForm, SnapshotForm
from pinegate.entrypoints.http_api.access.operations import (
    open_play,
    operation_of,
    steer,
    stop_play,
    take_snapshot,
)
from pinegate.entrypoints.http_api.shared.gate import signed_in_only
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn

router = APIRouter()


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


@router.post("/api/play", dependencies=[signed_in_only()])
async def play(form: PlayForm, user: CurrentUser, services: CurrentServices) -> PlayAnswer:
    """Ask to see a point live."""
    request = _request(user, form, Operation.LIVE)
    return await open_play(request, user.actor.organization_id, form.protocol, user.session_id, services)


@router.get("/api/play/events", response_class=StreamingResponse, dependencies=[signed_in_only()])
async def play_events(user: CurrentUser, services: CurrentServices) -> StreamingResponse:
    """Server-sent events of the plays that this portal session opened: ``session_ended``, and ``pictures`` when nothing
    comes that can be shown, and when it comes again.
    """
    if services.end_listeners.listeners(user.session_id) >= MOST_LISTENERS:
        raise ProblemError("too_many_requests", "close the portal's other windows")
    return StreamingResponse(events_of(user.session_id, services), media_type="text/event-stream")


@router.get("/api/play/{session_id}", dependencies=[signed_in_only()])
async def play_state(session_id: Id, user: CurrentUser, services: CurrentServices) -> PlayState:
    """Where my play stands, and why it was cut."""
    async with services.database.transaction() as tx:
        found = await tx.access.play(session_id)
    if found is None or found.person_id != user.actor.person_id:
        raise ProblemError("not_found")
    return state_of(found, services)


@router.delete("/api/play/{session_id}", status_code=204, dependencies=[signed_in_only()])
async def stop_playing(session_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    """I have seen enough."""
    async with services.database.transaction() as tx:
        found = await tx.access.play(session_id)
    if found is None or found.person_id != user.actor.person_id:
        raise ProblemError("not_found")
    await stop_play(session_id, services)


@router.post(
    "/api/snapshots",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
    dependencies=[signed_in_only()],
)
async def snapshot(form: SnapshotForm, user: CurrentUser, services: CurrentServices) -> Response:
    """A JPEG of this moment, with unit, person and register number inside."""
    request = _request(user, form, Operation.SNAPSHOT)
    jpeg = await take_snapshot(request, user.actor.organization_id, user.session_id, services)
    return Response(jpeg, media_type="image/jpeg")


@router.post("/api/ptz", status_code=204, dependencies=[signed_in_only()])
async def ptz(form: PtzForm, user: CurrentUser, services: CurrentServices) -> None:
    """Move the camera, zoom, call a preset; movements go on until ``stop``."""
    command = form.as_command()
    request = _request(user, form, Operation(operation_of(command.move)))
    await steer(request, command, user.session_id, services)
