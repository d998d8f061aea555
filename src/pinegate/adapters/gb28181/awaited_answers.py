"""Who waits for an answer of a device: INVITEs by call, controls by SN, queries by device and SN."""

import asyncio

from pinegate.domain.access.session_end import InviteFailure
from pinegate.protocols.gb28181.upper import events
from pinegate.usecases.devices.ports import DeviceAnswer, DeviceUnreachableError
from pinegate.usecases.streams.signalling import Answered, InviteFailed

_ANSWER_SECONDS = 8.0
_OTHER_ANSWER_SECONDS = 3.0
"""After the first of two."""
_FAILURES = {
    404: InviteFailure.CHANNEL_UNKNOWN,
    408: InviteFailure.TIMED_OUT,
    480: InviteFailure.DEVICE_OFFLINE,
    486: InviteFailure.BUSY,
    600: InviteFailure.BUSY,
}
_Said = dict[str, str]


class AwaitedAnswers:
    """First ``expect_…`` what was asked, then send, then await; the machine's events resolve it."""

    def __init__(self) -> None:
        self._invites: dict[str, asyncio.Future[Answered | InviteFailed]] = {}
        self._controls: dict[int, asyncio.Future[bool]] = {}
        self._queries: dict[tuple[str, int], asyncio.Future[_Said]] = {}

    # What is waited for.

    def expect_invite(self, call: str) -> asyncio.Future[Answered | InviteFailed]:
        """The machine ends every INVITE by itself, so this one needs no deadline."""
        answer: asyncio.Future[Answered | InviteFailed] = asyncio.get_running_loop().create_future()
        self._invites[call] = answer
        answer.add_done_callback(lambda _: self._invites.pop(call, None))
        return answer

    def expect_control(self, sn: int) -> asyncio.Future[bool]:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._controls[sn] = done
        done.add_done_callback(lambda _: self._controls.pop(sn, None))
        return done

    async def taken(self, control: asyncio.Future[bool]) -> bool:
        """Whether the device took it; False also when it said nothing in time."""
        try:
            return await asyncio.wait_for(control, _ANSWER_SECONDS)
        except TimeoutError:
            return False

    def expect_query(self, device_code: str, sn: int) -> asyncio.Future[_Said]:
        said: asyncio.Future[_Said] = asyncio.get_running_loop().create_future()
        key = (device_code, sn)
        self._queries[key] = said
        said.add_done_callback(lambda _: self._queries.pop(key, None))
        return said

    async def said(
        self, device_code: str, information: asyncio.Future[_Said], status: asyncio.Future[_Said]
    ) -> DeviceAnswer:
        """What was answered: many devices know but one of the questions. Raises :class:`DeviceUnreachableError`."""
        both = (information, status)
        await asyncio.wait(both, timeout=_ANSWER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(both, timeout=_OTHER_ANSWER_SECONDS)
        said = [answer.result() if answer.done() and not answer.exception() else {} for answer in both]
        for answer in both:
            answer.cancel()
        if not any(said):
            raise DeviceUnreachableError(device_code)
        return DeviceAnswer(*said)

    # What came.

    def invite_answered(self, event: events.InviteAnswered) -> bool:
        """False when nobody waits any more."""
        waiting = self._invites.get(event.call)
        if waiting is None or waiting.done():
            return False
        video = None if event.answer is None else event.answer.video
        if event.answer is None or video is None:
            # No SDP: who asked knows where the device is registered.
            waiting.set_result(Answered(event.call, "", 0, None))
        else:
            host, ssrc = event.answer.media_host, event.answer.ssrc_number
            waiting.set_result(Answered(event.call, host, video.port, ssrc))
        return True

    def call_failed(self, event: events.CallFailed) -> None:
        waiting = self._invites.get(event.call)
        if waiting is not None and not waiting.done():
            waiting.set_result(InviteFailed(_FAILURES.get(event.status, InviteFailure.REFUSED)))

    def control_finished(self, event: events.ControlFinished) -> None:
        waiting = self._controls.get(event.sn)
        if waiting is not None and not waiting.done():
            waiting.set_result(event.status == 200)

    def information_received(self, event: events.DeviceInfoReceived) -> None:
        info = event.info
        self._resolve(
            event.device_id,
            event.sn,
            {
                "name": info.name,
                "manufacturer": info.manufacturer,
                "model": info.model,
                "firmware": info.firmware,
                "channel": "" if info.channel is None else str(info.channel),
            },
        )

    def status_received(self, event: events.DeviceStatusReceived) -> None:
        status = event.status
        self._resolve(
            event.device_id,
            event.sn,
            {
                "online": status.online,
                "status": status.status,
                "encode": status.encode,
                "record": status.record,
                "device_time": status.device_time,
            },
        )

    def query_failed(self, event: events.QueryFailed) -> None:
        waiting = self._queries.get((event.device_id, event.sn))
        if waiting is not None and not waiting.done():
            waiting.set_exception(DeviceUnreachableError(event.device_id))

    def _resolve(self, device_code: str, sn: int, said: _Said) -> None:
        waiting = self._queries.get((device_code, sn))
        if waiting is not None and not waiting.done():
            waiting.set_result(said)
