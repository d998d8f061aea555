"""Play, snapshot, control: the operations on a point as portal, access interface and operator's test offer them.

The routes differ in who asks; what happens then is one and the same.
"""

from typing import Literal

from pinegate.domain.access.budgets import Activity
from pinegate.domain.access.request import AccessRequest, Denied
from pinegate.domain.access.session_end import End, EndReason, InviteFailure
from pinegate.entrypoints.http_api.access.models import PlayAnswer, PlayedPoint, ProtocolName, ViewerMark
from pinegate.entrypoints.http_api.shared.answers import denial_problem
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.authorize_action import AuthorizedAction, authorize_action
from pinegate.usecases.access.end_session import end_sessions
from pinegate.usecases.access.open_stream import OpenedStream
from pinegate.usecases.access.ports import StreamRequest
from pinegate.usecases.access.snapshot_mark import snapshot_mark
from pinegate.usecases.access.spending import Spender
from pinegate.usecases.act import Act
from pinegate.usecases.streams.media_engine import PictureUnavailableError, PlayProtocol, SessionEnded
from pinegate.usecases.streams.signalling import PtzCommand, PtzMove

_PROTOCOLS = {
    "flv": PlayProtocol.FLV,
    "ws-flv": PlayProtocol.WS_FLV,
    "fmp4": PlayProtocol.MP4,
    "ws-fmp4": PlayProtocol.WS_MP4,
}
PROTOCOL_NAMES = {output.value: name for name, output in _PROTOCOLS.items()}
"""The register keeps the media engine's word for an output; here it goes by the name that it was asked for."""
_SESSION_CODE_CHARACTERS = 8


async def open_play(
    request: AccessRequest,
    unit_id: str,
    protocol: ProtocolName,
    portal_session_id: str | None,
    services: Services,
) -> PlayAnswer:
    """A play address for ``request`` of somebody of that unit, or its denial as a problem; both are registered.

    Raises:
        BudgetSpentError: before it is decided on, so the register does not know of it.
        ProblemError: the denial's code.
    """
    _spend(Activity.PLAYS, request, unit_id, services)
    output = _PROTOCOLS[protocol]
    answer = await services.openings.open(StreamRequest(request, output.value, portal_session_id))
    if isinstance(answer, Denied):
        raise denial_problem(answer)
    return _play_answer(answer, request, protocol, output, services)


def _spend(activity: Activity, request: AccessRequest, unit_id: str, services: Services) -> None:
    spender = Spender(unit_id, request.person_id, request.system_id)
    services.spending.spend(activity, spender, services.monotonic())


def _play_answer(
    opened: OpenedStream,
    request: AccessRequest,
    protocol: ProtocolName,
    output: PlayProtocol,
    services: Services,
) -> PlayAnswer:
    url = services.media.play_address(opened.ticket, output)
    situation = opened.situation
    return PlayAnswer(
        session_id=opened.session_id,
        url="ws" + url.removeprefix("http") if output.is_websocket else url,
        protocol=protocol,
        tracks=sorted(opened.allowed.tracks, reverse=True),
        expires_at=opened.expires_at,
        point=PlayedPoint(id=request.point_id, name=situation.point_name),
        viewer_mark=ViewerMark(
            unit=situation.organization_name,
            person=situation.person_name,
            session_code=opened.session_id[:_SESSION_CODE_CHARACTERS].upper(),
        ),
    )


def _act(request: AccessRequest, services: Services) -> Act:
    """The act of whoever asks; the request itself says who that is, and from where the player will come."""
    return Act(None, services.now(), services.new_id, request.client_host)


async def _permission(
    request: AccessRequest, portal_session_id: str | None, services: Services
) -> AuthorizedAction:
    async with services.database.transaction() as tx:
        answer = await authorize_action(tx, request, portal_session_id, _act(request, services))
    if isinstance(answer, Denied):
        raise denial_problem(answer)
    return answer


async def _close(ended: SessionEnded, services: Services) -> None:
    async with services.database.transaction() as tx:
        await end_sessions(tx, [ended], Act(None, services.now(), services.new_id))


async def take_snapshot(
    request: AccessRequest, unit_id: str, portal_session_id: str | None, services: Services
) -> bytes:
    """A marked JPEG; registered with its size.

    Raises:
        BudgetSpentError: before it is decided on.
        ProblemError: the denial's code, or ``unavailable``.
    """
    _spend(Activity.SNAPSHOTS, request, unit_id, services)
    authorized = await _permission(request, portal_session_id, services)
    mark = snapshot_mark(request, authorized.situation, authorized.session_id, services.now())
    try:
        jpeg = await services.snapshots.take(request.point_id, authorized.session_id, mark)
    except PictureUnavailableError as error:
        await _close(SessionEnded(authorized.session_id, End.unavailable(InviteFailure.NO_PICTURE)), services)
        raise ProblemError("unavailable", str(error)) from None
    await _close(SessionEnded(authorized.session_id, End(EndReason.DONE), len(jpeg)), services)
    return jpeg


async def steer(
    request: AccessRequest, command: PtzCommand, portal_session_id: str | None, services: Services
) -> None:
    """Send a control to the camera; one person at a time.

    Raises:
        ProblemError: the denial's code, ``conflict`` while somebody else steers, ``unavailable``.
    """
    authorized = await _permission(request, portal_session_id, services)
    end, problem = await _send(request, command, services)
    await _close(SessionEnded(authorized.session_id, end), services)
    if problem is not None:
        raise problem


async def _send(
    request: AccessRequest, command: PtzCommand, services: Services
) -> tuple[End, ProblemError | None]:
    if not services.ptz_locks.take(request.point_id, request.person_id, services.monotonic()):
        return End(EndReason.CAMERA_TAKEN), ProblemError("conflict", "somebody else is steering this camera")
    async with services.database.transaction() as tx:
        camera = await tx.access.camera(request.point_id)
    if camera is None or not await services.signalling.ptz(camera.device_code, camera.channel_code, command):
        return End.unavailable(InviteFailure.DEVICE_OFFLINE), ProblemError(
            "unavailable", "the camera did not answer"
        )
    return End(EndReason.DONE), None


def operation_of(command: PtzMove) -> Literal["ptz", "preset"]:
    """Which permission a control needs."""
    return "preset" if command is PtzMove.PRESET_CALL else "ptz"


async def stop_play(session_id: str, services: Services) -> None:
    """Close in the engine, then write it down."""
    end = End(EndReason.VIEWER_LEFT)
    await services.media.close_sessions([session_id], end)
    async with services.database.transaction() as tx:
        await end_sessions(tx, [SessionEnded(session_id, end)], Act(None, services.now(), services.new_id))
