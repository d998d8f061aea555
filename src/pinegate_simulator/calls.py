"""The calls of a simulator: answers INVITEs, starts streams on ACK, and ends them."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final

import structlog

from pinegate.protocols.gb28181.lower.device import LowerDevice
from pinegate.protocols.gb28181.lower.events import CallConfirmed, CallFinished, InviteReceived
from pinegate_simulator.clip import Clip
from pinegate_simulator.faults import Faults
from pinegate_simulator.inventory import Camera
from pinegate_simulator.media_channels import ChannelError
from pinegate_simulator.media_end import MediaEnd, answer_to, is_playable
from pinegate_simulator.media_stream import MediaCounters, MediaStream, UnitSource
from pinegate_simulator.pacing import TimetableLoop
from pinegate_simulator.user_video import UserVideoError

_log = structlog.get_logger(__name__)

_NOT_FOUND: Final = 404
_UNAVAILABLE: Final = 480
_BUSY: Final = 486
_NOT_ACCEPTABLE: Final = 488
_OUR_FAULT: Final = 500


@dataclass(slots=True)
class CallCounters:
    """``refused`` counts INVITEs that got no 200; ``running`` calls that send now."""

    invited: int = 0
    refused: int = 0
    started: int = 0
    finished: int = 0
    running: int = 0
    key_pictures_forced: int = 0
    media: MediaCounters = field(default_factory=MediaCounters)


@dataclass(slots=True)
class _Call:
    name: str
    invite: InviteReceived
    camera: Camera
    clip: Clip
    end: MediaEnd
    stream: MediaStream | None = None


class Calls:
    """All calls of one device.

    ``find_camera``: by channel id. ``load_clip``: the camera's clip. ``play``: what a call of the camera plays.
    ``settle``: called after the device was told something, to send it. ``host``: our media address.
    """

    def __init__(
        self,
        device: LowerDevice,
        timetable: TimetableLoop,
        *,
        find_camera: Callable[[str], Camera | None],
        load_clip: Callable[[Camera], Awaitable[Clip]],
        play: Callable[[Camera, Clip], UnitSource],
        settle: Callable[[], None],
        host: str,
        limit: int,
        faults: Faults,
    ) -> None:
        self.counters = CallCounters()
        self._device = device
        self._timetable = timetable
        self._find_camera = find_camera
        self._load_clip = load_clip
        self._play = play
        self._settle = settle
        self._host = host
        self._limit = limit
        self._faults = faults
        self._calls: dict[str, _Call] = {}
        self._pending: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def invited(self, event: InviteReceived) -> None:
        self.counters.invited += 1
        camera = self._find_camera(event.channel_id)
        status = self._faults.answer or self._refusal(event, camera)
        if status or camera is None:
            self._refuse(event.call, status or _NOT_FOUND)
            return
        self._pending.add(event.call)
        self._spawn(self._answer(event, camera))

    def confirmed(self, event: CallConfirmed) -> None:
        call = self._calls.get(event.call)
        if call is not None and call.stream is None:
            self._spawn(self._begin(call))

    def finished(self, event: CallFinished) -> None:
        self._pending.discard(event.call)
        call = self._calls.get(event.call)
        if call is not None and not (self._faults.ignore_bye and event.reason == "bye"):
            self._end(call, event.reason)

    def close(self) -> None:
        """End all streams at once, without a word to the platform."""
        for task in self._tasks:
            task.cancel()
        for call in list(self._calls.values()):
            self._end(call, "closed")

    def hang_up(self, camera_id: str) -> None:
        """BYE the calls of one camera."""
        for call in [call for call in self._calls.values() if call.camera.device_id == camera_id]:
            self._hang_up(call, "hung_up")

    def force_key(self, camera_id: str) -> None:
        """The next picture of one camera's calls is a key picture."""
        for call in self._calls.values():
            if call.camera.device_id == camera_id and call.stream is not None:
                self.counters.key_pictures_forced += 1
                call.stream.force_key()

    def _refusal(self, event: InviteReceived, camera: Camera | None) -> int | None:
        if camera is None:
            return _NOT_FOUND
        if not camera.online:
            return _UNAVAILABLE
        if len(self._calls) + len(self._pending) >= self._limit:
            return _BUSY
        return None if is_playable(event.offer) else _NOT_ACCEPTABLE

    def _refuse(self, name: str, status: int) -> None:
        self.counters.refused += 1
        _log.info("call_refused", call=name, status=status)
        self._device.reject_invite(name, status, self._timetable.now())

    async def _answer(self, event: InviteReceived, camera: Camera) -> None:
        media = event.offer.video
        assert media is not None  # noqa: S101 - is_playable saw it
        name = event.call
        try:
            clip = await self._load_clip(camera)
            end = await MediaEnd.open(media, event.offer.media_host, self._host, lambda: self._lost(name))
        except (OSError, UserVideoError) as error:
            _log.error("media_not_opened", call=name, camera=camera.device_id, reason=str(error))
            if name in self._pending:
                self._pending.discard(name)
                self._refuse(name, _OUR_FAULT)
                self._settle()
            return
        if name not in self._pending:
            end.close()
            return
        self._pending.discard(name)
        self._calls[name] = _Call(name, event, camera, clip, end)
        answer = answer_to(event, media, end, self._host, clip, with_ssrc=not self._faults.no_y)
        self._device.answer_invite(name, answer, self._timetable.now())
        self._settle()

    async def _begin(self, call: _Call) -> None:
        offer, media = call.invite.offer, call.invite.offer.video
        assert media is not None  # noqa: S101 - is_playable saw it
        try:
            channel = await call.end.join(offer.media_host, media.port, lambda: self._lost(call.name))
        except ChannelError as error:
            _log.warning("media_failed", call=call.name, camera=call.camera.device_id, reason=str(error))
            self._hang_up(call, "media_failed")
            return
        if call.name not in self._calls:
            channel.close()
            return
        ssrc = offer.ssrc_number
        if ssrc is None:
            ssrc = secrets.randbits(32)
        began = self._timetable.now()
        call.stream = MediaStream(
            self._play(call.camera, call.clip),
            channel,
            ssrc ^ self._faults.wrong_ssrc,
            began,
            self.counters.media,
            faults=self._faults,
            seed=secrets.randbits(32),
        )
        self._timetable.add(call.stream.turn, began)
        self.counters.started += 1
        self.counters.running += 1
        transport = f"tcp-{call.end.setup}" if media.is_tcp else "udp"
        _log.info("call_started", call=call.name, camera=call.camera.device_id, transport=transport)

    def _lost(self, name: str) -> None:
        call = self._calls.get(name)
        if call is not None:
            self._hang_up(call, "media_connection_closed")

    def _hang_up(self, call: _Call, reason: str) -> None:
        self._end(call, reason)
        self._device.hang_up(call.name, self._timetable.now())
        self._settle()

    def _end(self, call: _Call, reason: str) -> None:
        if self._calls.pop(call.name, None) is None:
            return
        if call.stream is not None:
            call.stream.close()
            self.counters.running -= 1
        call.end.close()
        self.counters.finished += 1
        _log.info("call_finished", call=call.name, camera=call.camera.device_id, reason=reason)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("call_broke", error=repr(error))
