"""A simulated GB/T 28181 device or lower platform: what the command, the demonstration and the tests start."""

import asyncio
import os
import socket
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from pinegate.protocols.gb28181.lower.device import LowerDevice, LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import (
    CallConfirmed,
    CallFinished,
    ControlReceived,
    InviteReceived,
    LowerEvent,
    PlatformLost,
    PtzReceived,
    Registered,
    RegistrationFailed,
    SubscriptionChanged,
    Unregistered,
)
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.sip.flow import Flow
from pinegate_simulator.calls import CallCounters, Calls
from pinegate_simulator.catalogue import Catalogue
from pinegate_simulator.clip import Clip, Playout
from pinegate_simulator.clip_cache import ClipCache, ClipSource, Progress
from pinegate_simulator.clip_encoding import ClipRequest
from pinegate_simulator.clock import beijing_now
from pinegate_simulator.config import SimulatorConfig
from pinegate_simulator.inventory import Camera
from pinegate_simulator.live_playout import LivePlayout
from pinegate_simulator.media_stream import UnitSource
from pinegate_simulator.pacing import TimetableLoop
from pinegate_simulator.ptz_head import PtzHead
from pinegate_simulator.sip_link import SipLink, free_port, local_address_towards
from pinegate_simulator.user_video import UserVideo

_log = structlog.get_logger(__name__)

_FAREWELL: Final = 2.0
_NEVER: Final = 1e9
_KEY_PICTURE_COMMANDS: Final = ("IFameCmd", "IFrameCmd")
"""As GB/T 28181-2016 spells it, and as the 2022 text does (A.2.3.1.7)."""


def _time_of_day() -> str:
    return beijing_now().strftime("%Y-%m-%d %H:%M:%S")


@dataclass(slots=True)
class Counters:
    """What happened since the start."""

    registrations: int = 0
    failed_registrations: int = 0
    ptz_commands: int = 0
    controls: int = 0
    calls: CallCounters = field(default_factory=CallCounters)


class Simulator:
    """Registers, keeps itself registered, answers and sends until ``stop``."""

    def __init__(self, config: SimulatorConfig, *, progress: Progress | None = None) -> None:
        self.config = config
        self.counters = Counters()
        self._progress = progress
        self._cameras = {camera.device_id: camera for camera in config.cameras}
        self._numbers = {camera_id: number for number, camera_id in enumerate(self._cameras)}
        self._catalogue = Catalogue(config)
        self._clips = ClipCache(config.cache_dir)
        self._heads: dict[str, PtzHead] = {}
        self._loading = asyncio.Lock()
        self._vanished = False
        self._registered = asyncio.Event()
        self._gone = asyncio.Event()

    async def start(self) -> None:
        """Make the clips, open the sockets and begin to register. Raises ``OSError`` when no socket can be had."""
        if self.config.prepare_clips:
            await self._prepare_clips()
        loop = asyncio.get_running_loop()
        config = self.config
        # Platforms listen on IPv4 unless their address says otherwise; "localhost" alone would give ::1.
        family = socket.AF_INET6 if ":" in config.platform_host else socket.AF_INET
        resolved = await loop.getaddrinfo(config.platform_host, config.platform_port, family=family)
        flow = Flow(config.transport, str(resolved[0][4][0]), config.platform_port)
        host = config.local_host or local_address_towards(flow.host, flow.port)
        bound = free_port(host, config.transport)
        self._device = LowerDevice(
            self._device_config(flow, host, bound.getsockname()[1]),
            random_bytes=os.urandom,
            wall_time=lambda now: beijing_now() + timedelta(seconds=now - loop.time()),
        )
        self._device.set_catalog(self._catalogue.items())
        self._link = SipLink(self._device, flow, self._handle)
        self._timetable = TimetableLoop()
        self._calls = Calls(
            self._device,
            self._timetable,
            find_camera=self._cameras.get,
            load_clip=self._load_clip,
            play=self._play,
            settle=self._link.pump,
            host=host,
            limit=config.max_calls,
            faults=config.faults,
        )
        self.counters.calls = self._calls.counters
        await self._link.open(bound)
        self._device.start(self._link.now())
        self._link.pump()

    async def wait_registered(self) -> None:
        """Return once the platform has accepted us."""
        await self._registered.wait()

    async def stop(self) -> None:
        """End the calls, log off, and close. Waits two seconds at most for the platform's answer."""
        if self._vanished:
            return
        self._calls.close()
        self._device.stop(self._link.now())
        self._link.pump()
        try:
            async with asyncio.timeout(_FAREWELL):
                await self._gone.wait()
        except TimeoutError:
            _log.warning("logoff_unanswered")
        self._close()

    def vanish(self) -> None:
        """Fall silent at once, as a device that lost its power."""
        _log.info("device_vanished")
        self._vanished = True
        self._close()

    @property
    def cameras(self) -> list[Camera]:
        """The cameras as they are now, in the catalogue's order."""
        return list(self._cameras.values())

    def hang_up(self, device_id: str) -> None:
        """BYE the calls of one camera."""
        self._calls.hang_up(device_id)

    def set_online(self, device_id: str, online: bool) -> None:
        """Report a camera ON or OFF to a subscribed platform. Raises ``KeyError`` for an unknown one."""
        camera = replace(self._cameras[device_id], online=online)
        self._cameras[device_id] = camera
        if not online:
            self._calls.hang_up(device_id)
        self._change(camera, "ON" if online else "OFF")

    def add_camera(self, camera: Camera) -> None:
        """Put a camera into the catalogue, or change the one that is there."""
        known = camera.device_id in self._cameras
        self._cameras[camera.device_id] = camera
        self._numbers.setdefault(camera.device_id, len(self._numbers))
        self._change(camera, "UPDATE" if known else "ADD")

    def remove_camera(self, device_id: str) -> None:
        """Take a camera out of the catalogue. Raises ``KeyError`` for an unknown one."""
        camera = self._cameras.pop(device_id)
        self._calls.hang_up(device_id)
        self._change(camera, "DEL")

    async def _prepare_clips(self) -> None:
        sources = [self._source(camera) for camera in self._cameras.values()]
        try:
            made = await asyncio.to_thread(self._clips.prepare, sources, self._progress)
        except asyncio.CancelledError:
            self._clips.abandon()
            raise
        _log.info("clips_prepared", cameras=len(sources), made=made)

    def _change(self, camera: Camera, event: str) -> None:
        change = replace(self._catalogue.item(camera), event=event)
        self._device.change_catalog([change], self._link.now())
        self._link.pump()
        _log.info("catalogue_changed", camera=camera.device_id, change=event)

    def _device_config(self, flow: Flow, host: str, port: int) -> LowerDeviceConfig:
        config = self.config
        names = {"device": "模拟录像机", "platform": "模拟下级平台"}
        return LowerDeviceConfig(
            device_id=config.device_id,
            platform_id=config.platform_id,
            platform_domain=config.platform_domain or config.platform_id[:10],
            platform=flow,
            local_host=host,
            local_port=port,
            password=config.password,
            realm=config.realm,
            expires=config.expires,
            keepalive_interval=_NEVER if config.faults.miss_keepalives else config.keepalive_interval,
            retry_after=config.retry_after,
            version=config.version,
            encoding=config.encoding,
            name=config.name or names[config.role],
            items_per_message=config.items_per_message,
        )

    def _handle(self, event: LowerEvent) -> None:
        match event:
            case InviteReceived():
                self._calls.invited(event)
            case CallConfirmed():
                self._calls.confirmed(event)
            case CallFinished():
                self._calls.finished(event)
            case Registered():
                self._on_registered(event)
            case RegistrationFailed():
                self._on_registration_failed(event)
            case PlatformLost():
                self._on_platform_lost(event)
            case PtzReceived():
                self._on_ptz(event)
            case ControlReceived():
                self._on_control(event)
            case SubscriptionChanged():
                _log.info("subscription_changed", active=event.active)
            case Unregistered():
                self._gone.set()

    def _on_registered(self, event: Registered) -> None:
        self.counters.registrations += 1
        if self._registered.is_set():
            return
        self._registered.set()
        _log.info("device_registered", device=self.config.device_id, expires=event.expires)
        if self.config.faults.drop_after is not None:
            asyncio.get_running_loop().call_later(self.config.faults.drop_after, self.vanish)

    def _on_registration_failed(self, event: RegistrationFailed) -> None:
        self.counters.failed_registrations += 1
        wait = round(event.retry_at - self._link.now())
        _log.warning("registration_failed", status=event.status, reason=event.reason, again_in_seconds=wait)

    def _on_platform_lost(self, event: PlatformLost) -> None:
        self._registered.clear()
        _log.warning("platform_lost", reason=event.reason)

    def _on_ptz(self, event: PtzReceived) -> None:
        self.counters.ptz_commands += 1
        camera = self._cameras.get(event.channel_id)
        turns = camera is not None and camera.can_turn
        if turns:
            head = self._heads.setdefault(event.channel_id, PtzHead())
            head.apply(event.command, self._timetable.now())
        _log.info("ptz_taken", camera=event.channel_id, code=event.command.code, turns=turns)

    def _on_control(self, event: ControlReceived) -> None:
        self.counters.controls += 1
        if any(name in _KEY_PICTURE_COMMANDS for name, _ in event.fields):
            self._calls.force_key(event.channel_id)
        _log.info("control_taken", camera=event.channel_id, fields=[name for name, _ in event.fields])

    def _source(self, camera: Camera) -> ClipSource:
        config = self.config
        if config.video_file is not None:
            return UserVideo(config.video_file, config.clips)
        number = self._numbers[camera.device_id]
        if 0 < config.distinct_clips <= number:
            number %= config.distinct_clips
            camera = config.cameras[number]
        settings = replace(config.clips, audio=Codec(camera.audio) if camera.audio else config.clips.audio)
        return ClipRequest(settings, camera.name, camera.scene, camera.light, number)

    async def _load_clip(self, camera: Camera) -> Clip:
        async with self._loading:
            return await asyncio.to_thread(self._clips.load, self._source(camera))

    def _play(self, camera: Camera, clip: Clip) -> UnitSource:
        source = self._source(camera)
        clock = _time_of_day if self.config.live_clock else None
        if not isinstance(source, ClipRequest):
            return Playout(clip)
        head = self._heads.setdefault(camera.device_id, PtzHead())
        return LivePlayout(clip, source, lambda: head.view(self._timetable.now()), clock)

    def _close(self) -> None:
        self._calls.close()
        self._timetable.close()
        self._link.close()
