"""The upper platform on real sockets: drives the sans-IO machine, records what it learns, answers the use cases."""

import asyncio
import contextlib
import os
import random
import time
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import assert_never

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.awaited_answers import AwaitedAnswers
from pinegate.adapters.gb28181.body_reader import BodyReader
from pinegate.adapters.gb28181.catalogue_refresh import CatalogueRefresh
from pinegate.adapters.gb28181.fault_log import FaultLog
from pinegate.adapters.gb28181.ptz_instructions import instruction_of
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.refused_media import RefusedMedia
from pinegate.adapters.gb28181.sip_sockets import Received, SipSockets
from pinegate.adapters.gb28181.unasked_events import UnaskedEvents
from pinegate.domain.access.session_end import InviteFailure
from pinegate.protocols.deviations import Deviation
from pinegate.protocols.gb28181.upper import events
from pinegate.protocols.gb28181.upper.config import UpperPlatformConfig
from pinegate.protocols.gb28181.upper.long_bodies import BodyRead, LongBody
from pinegate.protocols.gb28181.upper.platform import UpperPlatform
from pinegate.protocols.manscdp.ptz import PtzInstruction
from pinegate.protocols.sdp.codec import live_offer
from pinegate.protocols.sdp.session import Setup
from pinegate.protocols.sip.flow import Flow
from pinegate.usecases.devices.ports import CatalogueProgress, DeviceAnswer, DeviceUnreachableError
from pinegate.usecases.streams.media_engine import Transport
from pinegate.usecases.streams.signalling import (
    Answered,
    Invitation,
    InviteFailed,
    PtzCommand,
    SignallingEvents,
)

_log = structlog.get_logger(__name__)
_SETUP: dict[Transport, Setup] = {
    Transport.UDP: "",
    Transport.TCP_PASSIVE: "passive",
    Transport.TCP_ACTIVE: "active",
}
_BEIJING = timezone(timedelta(hours=8))
_LAST_WRITES_SECONDS = 3.0
_RETRY_SECONDS = 1.0
_KEEPALIVES_WRITTEN_EVERY = 30.0


class Gb28181Server:
    """Implements ``VideoSignalling`` and ``DeviceSignalling``. Time inside is the event loop's monotonic clock."""

    def __init__(
        self,
        platform_id: str,
        domain: str,
        accounts: DeviceAccounts,
        recorder: Recorder,
        *,
        max_devices: int = 50_000,
        max_catalogue_items: int = 200_000,
    ) -> None:
        self._config = UpperPlatformConfig(
            platform_id,
            domain,
            "",
            max_devices=max_devices,
            max_catalog_items=max_catalogue_items,
            answers_when_kept=True,
        )
        self._accounts = accounts
        self._recorder = recorder
        self._sockets = SipSockets(self._on_data, self._on_lost)
        self._machine: UpperPlatform | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: set[str] = set()
        self._answers = AwaitedAnswers()
        self._faults = FaultLog(recorder.refused)
        self._refresh = CatalogueRefresh(random.random)
        self._refused_media = RefusedMedia()
        self._progress: dict[str, CatalogueProgress] = {}
        self._catalogue_sn: dict[str, int] = {}
        self._unasked = UnaskedEvents(self._now)
        self._bodies = BodyReader(self._body_read)
        self.streams: SignallingEvents | None = None
        """Who is told that a device ended a stream; set by the wiring."""

    @property
    def ready(self) -> bool:
        return self._machine is not None

    async def start(self, host: str, port: int) -> int:
        """Listen on UDP and TCP; answers the port. Raises ``OSError`` when it is taken."""
        await self._accounts.load()
        kept = await self._recorder.kept(self._accounts, self._now())
        bound = await self._sockets.open(host, port)
        loop = asyncio.get_running_loop()
        # One offset for the whole run: a jump of the wall clock must not make timers jump.
        offset = time.time() - loop.time()  # noqa: TID251 -- civil time for the Date header only
        self._machine = UpperPlatform(
            replace(self._config, host=host, port=bound),
            self._accounts.lookup,
            random_bytes=os.urandom,
            wall_time=lambda now: datetime.fromtimestamp(now + offset, _BEIJING),
        )
        for registration in kept:
            if self._machine.restore(registration, self._now()):
                self._recorder.restored(registration.device_id)
                self._refresh.restored(registration.device_id, self._now())
        self._pump()
        self._spawn(self._recorder.run())
        self._spawn(self._write_keepalives())
        self._spawn(self._every_second())
        return bound

    async def stop(self) -> None:
        if self._machine is not None:
            for call in list(self._calls):
                self._machine.hang_up(call, self._now())
            self._pump()
        self._machine = None
        if self._timer is not None:
            self._timer.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._recorder.drained(), _LAST_WRITES_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sockets.close()
        self._bodies.close()

    # -- VideoSignalling -----------------------------------------------------------------------------------------

    async def invite(self, invitation: Invitation) -> Answered | InviteFailed:
        machine = self._machine
        if machine is None:
            return InviteFailed(InviteFailure.DEVICE_OFFLINE)
        offer = live_offer(
            self._config.platform_id,
            invitation.host,
            invitation.port,
            invitation.ssrc,
            _SETUP[invitation.transport],
        )
        call = machine.invite(invitation.device_code, invitation.channel_code, offer, self._now())
        answer = self._answers.expect_invite(call)
        self._pump()
        try:
            return await self._with_media_host(await answer, invitation)
        except asyncio.CancelledError:
            await self.bye(call)
            raise

    async def _with_media_host(
        self, answer: Answered | InviteFailed, invitation: Invitation
    ) -> Answered | InviteFailed:
        """Some devices answer without SDP, or name no address in it, and send all the same, from where they
        registered. Only where we are to connect nothing can be done without a port.
        """
        if isinstance(answer, InviteFailed) or answer.host:
            return answer
        flow = None if self._machine is None else self._machine.flow_of(invitation.device_code)
        if flow is None or (invitation.transport is Transport.TCP_ACTIVE and not answer.port):
            await self.bye(answer.dialog_id)
            return InviteFailed(InviteFailure.ANSWER_INVALID)
        return replace(answer, host=flow.host)

    async def bye(self, dialog_id: str) -> None:
        if self._machine is not None:
            self._machine.hang_up(dialog_id, self._now())
            self._pump()

    async def ptz(self, device_code: str, channel_code: str, command: PtzCommand) -> bool:
        return await self._control(device_code, channel_code, instruction_of(command))

    async def _control(self, device_code: str, channel_code: str, code: PtzInstruction) -> bool:
        if self._machine is None:
            return False
        sn = self._machine.control_ptz(device_code, channel_code, code, self._now())
        done = self._answers.expect_control(sn)
        self._pump()
        return await self._answers.taken(done)

    async def request_key_frame(self, device_code: str, channel_code: str) -> None:
        if self._machine is not None:
            sn = self._machine.request_key_frame(device_code, channel_code, self._now())
            done = self._answers.expect_control(sn)
            self._pump()
            await self._answers.taken(done)

    def note_refused_media(self, device_code: str, host: str) -> None:
        self._refused_media.note(device_code, host)

    # -- DeviceSignalling ----------------------------------------------------------------------------------------

    def accounts_changed(self) -> None:
        self._spawn(self.reload_accounts())

    async def reload_accounts(self) -> None:
        """Returns when the accounts are the database's, however long it is away: a disabled one must not stay."""
        while True:
            try:
                await self._accounts.load()
                break
            except (SQLAlchemyError, OSError) as error:
                _log.warning("device_accounts_not_loaded", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
        if self._machine is not None:
            self._machine.drop_strangers(self._now())
            self._pump()

    def query_catalogue(self, device_code: str) -> CatalogueProgress:
        machine = self._machine
        if machine is None or machine.flow_of(device_code) is None:
            raise DeviceUnreachableError(device_code)
        if self.catalogue_progress(device_code).state != "running":
            self._ask_catalogue(machine, device_code)
            self._pump()
        return self._progress[device_code]

    def _ask_catalogue(self, machine: UpperPlatform, device_code: str) -> None:
        now = self._now()
        self._refresh.asked(device_code, now)
        self._catalogue_sn[device_code] = machine.query_catalog(device_code, now)
        machine.subscribe_catalog(device_code, now)
        self._progress[device_code] = CatalogueProgress("running")

    def refused_media_hosts(self, device_code: str) -> tuple[str, ...]:
        return self._refused_media.hosts(device_code)

    def catalogue_progress(self, device_code: str) -> CatalogueProgress:
        return self._progress.get(device_code, CatalogueProgress("idle"))

    def deviations(self, device_code: str) -> Mapping[str, int]:
        if self._machine is None:
            return {}
        return {
            deviation.value: count for deviation, count in self._machine.deviations_of(device_code).items()
        }

    async def ask_status(self, device_code: str) -> DeviceAnswer:
        machine = self._machine
        if machine is None or machine.flow_of(device_code) is None:
            raise DeviceUnreachableError(device_code)
        now = self._now()
        expect = self._answers.expect_query
        information = expect(device_code, machine.query_device_info(device_code, now))
        status = expect(device_code, machine.query_device_status(device_code, now))
        self._pump()
        answer = await self._answers.said(device_code, information, status)
        if not answer.status:
            machine.note_deviation(device_code, Deviation.NO_DEVICE_STATUS)
        return answer

    # -- driving the machine -------------------------------------------------------------------------------------

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _on_data(self, arrived: Sequence[Received]) -> None:
        machine, now = self._machine, self._now()
        if machine is not None:
            machine.set_overloaded(self._sockets.behind)
            for data, flow in arrived:
                machine.receive_data(data, flow, now)
            self._pump()

    def _on_lost(self, flow: Flow) -> None:
        if self._machine is not None:
            self._machine.connection_lost(flow, self._now())
            self._pump()

    def _on_timer(self) -> None:
        self._timer = None
        if self._machine is not None:
            self._machine.handle_timer(self._now())
            self._pump()

    def _pump(self) -> None:
        machine = self._machine
        if machine is None:
            return
        while (event := machine.next_event()) is not None:
            self._handle(event)
        self._sockets.send(machine.data_to_send())
        for flow in machine.flows_to_close():
            self._sockets.disconnect(flow)
        if not self._bodies.busy and (body := machine.next_body(self._now())) is not None:
            self._bodies.read(body)
        for flow, held in machine.flows_to_hold():
            self._sockets.hold(flow, held)
        self._arm(machine.next_timer())

    def _body_read(self, body: LongBody, read: BodyRead) -> None:
        if self._machine is not None:
            self._machine.body_read(body, read, self._now())
            self._pump()

    def _arm(self, due: float | None) -> None:
        """A timer that comes too early does no harm, so only an earlier deadline replaces it."""
        if due is None or (self._timer is not None and self._timer.when() <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(due, self._on_timer)

    def _handle(self, event: events.UpperEvent) -> None:  # noqa: C901 -- one case an event, and none forgotten
        match event:
            case events.DeviceRegistered():
                self._registered(event)
            case events.DeviceMoved():
                self._recorder.moved(event)
            case events.DeviceOffline():
                self._refresh.gone(event.device_id)
                self._recorder.offline(event.device_id, event.reason.value)
            case events.CatalogProgress():
                self._progress[event.device_id] = CatalogueProgress("running", event.received, event.total)
            case events.CatalogCompleted():
                self._catalogue_completed(event)
            case events.CatalogChanged():
                self._catalogue_changed(event)
            case events.CatalogHinted():
                self._refresh.hinted(event.device_id, self._now())
            case events.DeviceInfoReceived():
                self._recorder.information(event.device_id, event.info)
                self._answers.information_received(event)
            case events.DeviceStatusReceived():
                self._answers.status_received(event)
            case events.QueryFailed():
                self._query_failed(event)
            case events.ControlFinished():
                self._answers.control_finished(event)
            case events.InviteAnswered():
                if self._answers.invite_answered(event):
                    self._calls.add(event.call)
            case events.CallFailed():
                self._answers.call_failed(event)
            case events.CallEnded():
                self._calls.discard(event.call)
                if event.reason is not events.CallEndReason.HUNG_UP:
                    self._stream_ended(event.call)
            case events.PlaybackEnded():
                self._playback_ended(event)
            case events.MessageRejected():
                self._faults.refused(event)
            case events.AlarmReceived() | events.PositionReceived() | events.SubscriptionChanged():
                self._unasked.log(event)
            case _:
                assert_never(event)

    def _registered(self, event: events.DeviceRegistered) -> None:
        self._sockets.trust(event.flow)
        mark = self._accounts.known[event.device_id].mark
        self._recorder.registered(event, mark, lambda kept: self._registration_kept(event, kept))

    def _registration_kept(self, event: events.DeviceRegistered, kept: bool) -> None:
        machine, now = self._machine, self._now()
        if machine is None:
            return
        machine.registration_kept(event.number, kept, now)
        if kept and event.fresh and machine.flow_of(event.device_id) is not None:
            machine.query_device_info(event.device_id, now)
            self._ask_catalogue(machine, event.device_id)
        self._pump()

    def _catalogue_completed(self, event: events.CatalogCompleted) -> None:
        state = "over_limit" if event.over_limit else "done" if event.complete else "incomplete"
        count = len(event.items)
        if event.over_limit:
            _log.warning("catalogue_over_limit", device_code=event.device_id, total=event.total, most=count)
        self._progress[event.device_id] = CatalogueProgress(
            state, count, count if event.complete else event.total
        )
        known = self._accounts.known.get(event.device_id)
        if known is not None:
            self._recorder.catalogue(known, event.items, complete=event.complete)

    def _catalogue_changed(self, event: events.CatalogChanged) -> None:
        known = self._accounts.known.get(event.device_id)
        if known is not None:
            self._recorder.catalogue_changed(known, event.items)

    def _query_failed(self, event: events.QueryFailed) -> None:
        self._answers.query_failed(event)
        if self._catalogue_sn.get(event.device_id) == event.sn:
            self._progress[event.device_id] = CatalogueProgress("failed")

    def _playback_ended(self, event: events.PlaybackEnded) -> None:
        """The device has sent all that it has, and waits for our BYE; who watched live has no picture any more."""
        if self._machine is not None:
            self._machine.hang_up(event.call, self._now())
        self._stream_ended(event.call)

    def _stream_ended(self, call: str) -> None:
        if self.streams is not None:
            self._spawn(self.streams.dialog_ended(call))

    async def _every_second(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._sockets.close_old_strangers(self._now())
            if self._machine is not None:
                self._refresh_catalogues(self._machine)
                self._faults.log(self.fault_totals())

    def _refresh_catalogues(self, machine: UpperPlatform) -> None:
        for device_code in self._refresh.due(self._now()):
            self._ask_catalogue(machine, device_code)
        self._pump()

    def fault_totals(self) -> dict[str, int]:
        """Name → count since the start: what peers did wrong, and what was dropped because of it."""
        theirs = {} if self._machine is None else dict(self._machine.counters)
        ours = {"records_dropped": self._recorder.dropped, "records_lost": self._recorder.lost}
        return theirs | self._sockets.counters | ours

    async def _write_keepalives(self) -> None:
        while True:
            await asyncio.sleep(_KEEPALIVES_WRITTEN_EVERY)
            machine = self._machine
            if machine is not None:
                seen = machine.heard_since(self._now() - _KEEPALIVES_WRITTEN_EVERY)
                if seen:
                    self._recorder.kept_alive(seen)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
