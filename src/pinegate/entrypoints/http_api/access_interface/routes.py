"""``/access/v1``: what a granted information system's programs may ask. The same decision as in the portal."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.openapi.utils import get_openapi

from pinegate import __version__
from pinegate.adapters.database.interface_points import granted_points
from pinegate.domain.access.budgets import Activity
from pinegate.domain.access.request import AccessChannel, AccessRequest
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind
from pinegate.entrypoints.http_api.access.answers import state_of
from pinegate.entrypoints.http_api.access.models import PlayAnswer, PlayState, PtzOrder
from pinegate.entrypoints.http_api.access.operations import (
    open_play,
    operation_of,
    steer,
    stop_play,
    take_snapshot,
)
from pinegate.entrypoints.http_api.access_interface.answers import granted_point_out
from pinegate.entrypoints.http_api.access_interface.caller import CurrentCaller, SignedCaller, signed_callers
from pinegate.entrypoints.http_api.access_interface.models import (
    InterfacePlay,
    InterfacePoint,
    InterfacePoints,
)
from pinegate.entrypoints.http_api.shared.inputs import Id, Page, PageSize
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, plain_host
from pinegate.usecases.access.spending import Spender

router = APIRouter(prefix="/access/v1", tags=["access interface"], dependencies=[signed_callers()])


def _viewer(caller: SignedCaller) -> Actor:
    known = caller.caller
    return Actor(known.person_id, known.organization_id, OrganizationKind.USING_UNIT, frozenset())


def _request(
    caller: SignedCaller, point_id: str, operation: Operation, client_host: str | None = None
) -> AccessRequest:
    known = caller.caller
    return AccessRequest(
        channel=AccessChannel.INTERFACE,
        person_id=known.person_id,
        system_id=known.system_id,
        point_id=point_id,
        operation=operation,
        reason=caller.reason,
        client_host=plain_host(client_host or caller.client_host),
        access_key=known.access_key,
    )


@router.get("/points")
async def points(
    caller: CurrentCaller,
    services: CurrentServices,
    page: Page = 1,
    page_size: PageSize = 100,
) -> InterfacePoints:
    """The points granted to this system at this moment."""
    known = caller.caller
    spender = Spender(known.organization_id, known.person_id, known.system_id)
    services.spending.spend(Activity.SEARCHES, spender, services.monotonic())
    async with services.database.transaction() as tx:
        found, total = await granted_points(
            tx.connection,
            _viewer(caller),
            known.system_id,
            services.now(),
            limit=page_size,
            offset=(page - 1) * page_size,
        )
    return InterfacePoints(items=[granted_point_out(point) for point in found], total=total)


@router.get("/points/{point_id}")
async def point(point_id: Id, caller: CurrentCaller, services: CurrentServices) -> InterfacePoint:
    """One granted point; any other is not found."""
    async with services.database.transaction() as tx:
        found, _ = await granted_points(
            tx.connection, _viewer(caller), caller.caller.system_id, services.now(), only=point_id
        )
    if not found:
        raise ProblemError("not_found")
    return granted_point_out(found[0])


@router.post("/points/{point_id}/play")
async def play(
    point_id: Id, form: InterfacePlay, caller: CurrentCaller, services: CurrentServices
) -> PlayAnswer:
    """A play address, good once within 30 seconds."""
    request = _request(caller, point_id, Operation.LIVE, form.client_host)
    return await open_play(request, caller.caller.organization_id, form.protocol, None, services)


@router.post(
    "/points/{point_id}/snapshot", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
)
async def snapshot(point_id: Id, caller: CurrentCaller, services: CurrentServices) -> Response:
    """A JPEG of this moment."""
    request = _request(caller, point_id, Operation.SNAPSHOT)
    jpeg = await take_snapshot(request, caller.caller.organization_id, None, services)
    return Response(jpeg, media_type="image/jpeg")


@router.post("/points/{point_id}/ptz", status_code=204)
async def ptz(point_id: Id, order: PtzOrder, caller: CurrentCaller, services: CurrentServices) -> None:
    """Move the camera, zoom, call a preset; movements go on until ``stop``."""
    command = order.as_command()
    operation = Operation(operation_of(command.move))
    await steer(_request(caller, point_id, operation), command, None, services)


async def _own_session(session_id: str, caller: SignedCaller, services: CurrentServices) -> Any:
    async with services.database.transaction() as tx:
        found = await tx.access.play(session_id)
    # Of this system, opened by this interface: a program neither sees nor stops what people watch in the portal.
    if found is None or found.system_id != caller.caller.system_id or found.access_key is None:
        raise ProblemError("not_found")
    return found


@router.get("/sessions/{session_id}")
async def session(session_id: Id, caller: CurrentCaller, services: CurrentServices) -> PlayState:
    """Where a play stands, and why it was cut."""
    found = await _own_session(session_id, caller, services)
    return state_of(found, services)


@router.delete("/sessions/{session_id}", status_code=204)
async def stop(session_id: Id, caller: CurrentCaller, services: CurrentServices) -> None:
    """End a play."""
    await _own_session(session_id, caller, services)
    await stop_play(session_id, services)


@router.get("/openapi.json")
async def openapi(caller: CurrentCaller) -> dict[str, Any]:
    """This interface's own description."""
    return get_openapi(
        title="Pinegate access interface",
        version=__version__,
        description="Every request is signed and names the person and the reason; see docs/access_interface.md.",
        routes=router.routes,
    )
