"""A lower platform registers over the wire, is catalogued, invited, controlled; all of it reaches the database."""

import asyncio
import re
from dataclasses import replace

import pytest
from sqlalchemy import select
from tests.integration.gb28181.conftest import Upper, camera
from tests.integration.gb28181.lower_peer import DEVICE_ID, LowerPeer
from tests.integration.gb28181.stranger import notify, request
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.database.tables import audit_events, camera_points, devices
from pinegate.protocols.gb28181.lower.events import (
    CallConfirmed,
    CallFinished,
    InviteReceived,
    PtzReceived,
    RegistrationFailed,
)
from pinegate.protocols.sdp.session import Media, SessionDescription
from pinegate.usecases.streams.media_engine import Transport as MediaTransport
from pinegate.usecases.streams.signalling import (
    Answered,
    Invitation,
    InviteFailed,
    InviteFailure,
    PtzCommand,
    PtzMove,
)

CAMERA = "34100200001320000001"


async def catalogued(upper: Upper, count: int) -> None:
    async def complete() -> bool:
        return len(await upper.health()) == count

    await until(complete)


def invitation(channel: str = CAMERA) -> Invitation:
    return Invitation(DEVICE_ID, channel, MediaTransport.UDP, "0000000101", "127.0.0.1", 30_000)


def answer(offer: SessionDescription) -> SessionDescription:
    video = Media("video", 15_060, "RTP/AVP", (96,), "sendonly", payloads=((96, "PS/90000"),))
    return SessionDescription(DEVICE_ID, "127.0.0.1", "Play", "127.0.0.1", (video,), ssrc=offer.ssrc)


async def test_registering_brings_the_catalogue_into_the_database(upper: Upper, peer: LowerPeer) -> None:
    await catalogued(upper, 2)
    assert upper.server.catalogue_progress(DEVICE_ID).state == "done"
    async with upper.database.transaction() as tx:
        device = (await tx.connection.execute(select(devices))).one()
        point = (await tx.connection.execute(select(camera_points).order_by("channel_code"))).first()
        names = set((await tx.connection.execute(select(audit_events.c.name))).scalars())
    assert (device.online, device.manufacturer) == (True, "Pinegate")
    assert point is not None
    assert (point.name, point.ptz_type, point.township_code) == ("老街东口&1号", 1, "341002004")
    assert {"devices.device_registered", "catalogue.synced"} <= names


async def test_a_wrong_password_stays_outside_and_is_audited(upper: Upper) -> None:
    peer = LowerPeer("udp", upper.port, password="Wrong-Password-1")
    await peer.open()
    peer.do(peer.device.start)
    failed = await peer.wait_for(RegistrationFailed)
    assert failed.status == 403
    await upper.recorder.drained()
    async with upper.database.transaction() as tx:
        events = (await tx.connection.execute(select(audit_events.c.canonical))).scalars().all()
    assert b"devices.device_refused" in events[-1]
    assert not any(b"Wrong-Password" in event for event in events)
    peer.close()


async def test_changes_by_subscription_reach_the_catalogue(upper: Upper, peer: LowerPeer) -> None:
    await catalogued(upper, 2)
    changes = [camera(1, event="OFF", status="OFF"), camera(3, event="ADD"), camera(2, event="DEL")]

    async def seen() -> bool:
        return await upper.health() == {
            "01": ("offline", "pending_check"),
            "02": ("online", "missing"),
            "03": ("online", "pending_check"),
        }

    async def told_again() -> bool:
        peer.do(lambda now: peer.device.change_catalog(changes, now))
        return await seen()

    await until(told_again)


async def test_an_invite_is_answered_and_ended_by_us(upper: Upper, peer: LowerPeer) -> None:
    call = asyncio.create_task(upper.server.invite(invitation()))
    invited = await peer.wait_for(InviteReceived)
    assert (invited.channel_id, invited.offer.ssrc) == (CAMERA, "0000000101")
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    answered = await call
    assert isinstance(answered, Answered)
    assert (answered.host, answered.port, answered.ssrc) == ("127.0.0.1", 15_060, 101)
    await peer.wait_for(CallConfirmed)
    await upper.server.bye(answered.dialog_id)
    assert (await peer.wait_for(CallFinished)).reason == "bye"


async def test_a_device_that_has_sent_all_it_has_is_hung_up_on(upper: Upper, peer: LowerPeer) -> None:
    call = asyncio.create_task(upper.server.invite(invitation()))
    invited = await peer.wait_for(InviteReceived)
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    answered = await call
    assert isinstance(answered, Answered)
    await peer.wait_for(CallConfirmed)
    told = request("MESSAGE", notify("MediaStatus", "<NotifyType>121</NotifyType>"))
    peer.send(told.replace(b"MESSAGE1@127.0.0.1", answered.dialog_id.encode()))
    assert (await peer.wait_for(CallFinished)).reason == "bye"


def without_sdp(message: bytes) -> bytes:
    head = message.split(b"\r\n\r\n")[0]
    return re.sub(rb"Content-Length: \d+", b"Content-Length: 0", head) + b"\r\n\r\n"


@pytest.mark.parametrize("transport", [MediaTransport.UDP, MediaTransport.TCP_PASSIVE])
async def test_a_device_that_answers_without_sdp_sends_from_where_it_registered(
    upper: Upper, peer: LowerPeer, transport: MediaTransport
) -> None:
    call = asyncio.create_task(upper.server.invite(replace(invitation(), transport=transport)))
    invited = await peer.wait_for(InviteReceived)
    peer.withheld = []
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    peer.withheld = [without_sdp(message) for message in peer.withheld]
    peer.release()
    answered = await call
    assert isinstance(answered, Answered)
    assert (answered.host, answered.port, answered.ssrc) == ("127.0.0.1", 0, None)


async def test_an_answer_without_sdp_is_no_answer_when_we_are_to_connect(
    upper: Upper, peer: LowerPeer
) -> None:
    call = asyncio.create_task(
        upper.server.invite(replace(invitation(), transport=MediaTransport.TCP_ACTIVE))
    )
    invited = await peer.wait_for(InviteReceived)
    peer.withheld = []
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    peer.withheld = [without_sdp(message) for message in peer.withheld]
    peer.release()
    assert await call == InviteFailed(InviteFailure.ANSWER_INVALID)
    assert (await peer.wait_for(CallFinished)).reason == "bye"


async def test_a_bye_of_the_device_is_told_to_the_streams(upper: Upper, peer: LowerPeer) -> None:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    class Streams:
        async def dialog_ended(self, dialog_id: str) -> None:
            ended.set_result(dialog_id)

    upper.server.streams = Streams()
    call = asyncio.create_task(upper.server.invite(invitation()))
    invited = await peer.wait_for(InviteReceived)
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    answered = await call
    assert isinstance(answered, Answered)
    await peer.wait_for(CallConfirmed)
    peer.do(lambda now: peer.device.hang_up(invited.call, now))
    assert await asyncio.wait_for(ended, HANGS_SECONDS) == answered.dialog_id


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (404, InviteFailure.CHANNEL_UNKNOWN),
        (486, InviteFailure.BUSY),
        (488, InviteFailure.REFUSED),
    ],
)
async def test_a_refused_invite_says_why(
    upper: Upper, peer: LowerPeer, status: int, failure: InviteFailure
) -> None:
    call = asyncio.create_task(upper.server.invite(invitation()))
    invited = await peer.wait_for(InviteReceived)
    peer.do(lambda now: peer.device.reject_invite(invited.call, status, now))
    assert await call == InviteFailed(failure)


async def test_an_unregistered_device_is_offline(upper: Upper) -> None:
    assert await upper.server.invite(invitation()) == InviteFailed(InviteFailure.DEVICE_OFFLINE)


async def test_ptz_reaches_the_camera(upper: Upper, peer: LowerPeer) -> None:
    assert await upper.server.ptz(DEVICE_ID, CAMERA, PtzCommand(PtzMove.UP_RIGHT, speed=0x40))
    moved = await peer.wait_for(PtzReceived)
    assert (moved.channel_id, moved.command.pan, moved.command.tilt) == (CAMERA, 1, 1)
    assert await upper.server.ptz(DEVICE_ID, CAMERA, PtzCommand(PtzMove.PRESET_CALL, preset=3))
    assert (await peer.wait_for(PtzReceived, skip=1)).command.d2 == 3


async def test_a_device_says_what_it_is_and_how_it_is(upper: Upper, peer: LowerPeer) -> None:
    answer = await upper.server.ask_status(DEVICE_ID)
    assert answer.information["manufacturer"] == "Pinegate"
    assert answer.status["online"] == "ONLINE"


async def test_a_disabled_account_loses_its_registration(upper: Upper, peer: LowerPeer) -> None:
    async with upper.database.transaction() as tx:
        await tx.connection.execute(devices.update().values(enabled=False))
    upper.server.accounts_changed()

    async def offline() -> bool:
        await upper.recorder.drained()
        async with upper.database.transaction() as tx:
            return not (await tx.connection.execute(select(devices.c.online))).scalar_one()

    await until(offline)


async def test_a_catalogue_of_thousands_comes_whole(upper: Upper) -> None:
    peer = LowerPeer("tcp", upper.port)
    await peer.open()
    peer.device.set_catalog([camera(number) for number in range(1, 3_001)])
    peer.do(peer.device.start)
    await until(lambda: upper.server.catalogue_progress(DEVICE_ID).state == "done")
    await upper.recorder.drained()
    async with upper.database.transaction() as tx:
        count = len((await tx.connection.execute(select(camera_points.c.id))).all())
    assert count == 3_000
    peer.close()


async def test_a_device_that_knows_no_device_status_still_says_who_it_is(
    upper: Upper, peer: LowerPeer
) -> None:
    await catalogued(upper, 2)
    peer.withheld = []
    asked = asyncio.create_task(upper.server.ask_status(DEVICE_ID))
    for data in await until(
        lambda: peer.withheld if b"DeviceInfo" in b"".join(peer.withheld or []) else None
    ):
        if b"<CmdType>DeviceStatus" not in data:
            peer.send(data)
    answered = await asked
    assert (answered.information["manufacturer"], answered.status) == ("Pinegate", {})
    assert upper.server.deviations(DEVICE_ID) == {"no_device_status": 1}


async def test_a_camera_with_a_recorders_code_that_lists_itself_is_a_camera(
    upper: Upper, peer: LowerPeer
) -> None:
    await catalogued(upper, 2)
    peer.device.set_catalog([replace(camera(1), device_id=DEVICE_ID, name="独立摄像机")])
    upper.server.query_catalogue(DEVICE_ID)

    async def listed() -> bool:
        async with upper.database.transaction() as tx:
            codes = await tx.connection.execute(select(camera_points.c.channel_code))
            return DEVICE_ID in codes.scalars().all()

    await until(listed)
